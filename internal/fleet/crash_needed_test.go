package fleet_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// needs is what the catalog refers to in the store, found by following its files and
// by asking it, and not as its own search for orphans does.
type needs struct {
	c       *crashClient
	objects map[string]bool // have to be there
	former  map[string]bool // metadata files from before, which may be
	waiting map[string]bool // ids of dropped datasets and views, whose folders stay
}

// crashPointer is what a pointer tells of objects.
type crashPointer struct {
	View        json.RawMessage `json:"view"`
	MetadataKey string          `json:"metadata_key"`
	Archive     []struct {
		Key string `json:"key"`
	} `json:"archive"`
	Dropped []struct {
		Dataset  catalog.Dataset `json:"dataset"`
		StateKey string          `json:"state_key"`
	} `json:"dropped"`
}

func (c *crashClient) needed() (*needs, error) {
	n := &needs{c, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	pointers, err := c.keysUnder("catalog/")
	for _, key := range pointers {
		err = errors.Join(err, n.pointer(key))
	}
	ctx, cancel := c.context()
	defer cancel()
	page, listed := c.catalog.List(ctx, "", 1000)
	for _, d := range page.Datasets {
		err = errors.Join(err, n.dataset(d.Name))
	}
	return n, errors.Join(err, listed)
}

// pointer adds what a pointer refers to, and what those do that were dropped of it.
func (n *needs) pointer(key string) error {
	var p crashPointer
	if err := n.read(key, &p); err != nil {
		return err
	}
	for _, d := range p.Dropped {
		n.waiting[d.Dataset.DatasetID], n.objects[d.StateKey] = true, true
		var was crashPointer
		if err := errors.Join(n.read(d.StateKey, &was), n.state(was)); err != nil {
			return err
		}
	}
	return n.state(p)
}

func (n *needs) state(p crashPointer) error {
	if p.MetadataKey == "" { // nothing has the name
		return nil
	}
	n.objects[p.MetadataKey] = true
	for _, a := range p.Archive {
		n.objects[a.Key] = true
	}
	if len(p.View) > 0 {
		return nil
	}
	var meta struct {
		Snapshots []struct {
			ManifestList string `json:"manifest-list"`
		} `json:"snapshots"`
		Log []struct {
			File string `json:"metadata-file"`
		} `json:"metadata-log"`
	}
	if err := n.read(p.MetadataKey, &meta); err != nil {
		return err
	}
	for _, l := range meta.Log {
		n.former[keyAt(l.File)] = true
	}
	for _, s := range meta.Snapshots {
		if err := n.manifests(keyAt(s.ManifestList)); err != nil {
			return err
		}
	}
	return nil
}

var manifestLocation = regexp.MustCompile(`s3://[a-z-]+/datasets/[0-9a-f-]+/metadata/[0-9a-f-]+-m\.avro`)

func (n *needs) manifests(list string) error {
	n.objects[list] = true
	file, err := n.c.get(list)
	if err != nil {
		return err
	}
	text, err := avroText(file)
	if err != nil {
		return fmt.Errorf("%s: %w", list, err)
	}
	for _, location := range manifestLocation.FindAllString(text, -1) {
		n.objects[keyAt(location)] = true
	}
	return nil
}

// dataset adds the data of every version that is kept.
func (n *needs) dataset(name string) error {
	ctx, cancel := n.c.context()
	defer cancel()
	list, err := n.c.catalog.Versions(ctx, name, "", 1000)
	if err != nil {
		return err
	}
	for _, v := range list.Versions {
		m, err := n.c.catalog.Manifest(ctx, name, v.Version)
		if err != nil {
			return err
		}
		for _, o := range m.Objects {
			n.objects[o.Key] = true
		}
	}
	return nil
}

func (n *needs) read(key string, into any) error {
	text, err := n.c.get(key)
	if err == nil {
		err = json.Unmarshal([]byte(text), into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// keyAt is the key of a location, s3://bucket/key.
func keyAt(location string) string { return strings.SplitN(location, "/", 4)[3] }

// avroText gives what the blocks of an Avro file hold, unpacked.
func avroText(file string) (string, error) {
	r := bufio.NewReader(strings.NewReader(file))
	if _, err := r.Discard(len("Obj\x01")); err != nil {
		return "", err
	}
	for { // the header's pairs, of which there is one block here
		pairs, err := binary.ReadVarint(r)
		if err != nil {
			return "", err
		}
		if pairs == 0 {
			break
		}
		for range 2 * pairs {
			size, err := binary.ReadVarint(r)
			if err != nil {
				return "", err
			}
			if _, err := r.Discard(int(size)); err != nil {
				return "", err
			}
		}
	}
	const sync = 16
	var text bytes.Buffer
	for _, err := r.Discard(sync); ; _, err = r.Discard(sync) {
		if err != nil {
			return "", err
		}
		_, err := binary.ReadVarint(r)
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		size, err := binary.ReadVarint(r)
		if err != nil {
			return "", err
		}
		if _, err := io.Copy(&text, flate.NewReader(io.LimitReader(r, size))); err != nil {
			return "", err
		}
	}
}
