package catalogd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

const (
	pointerFormat = 2 // 1 had no revision, and its dataset was always there
	viewFormat    = 3 // of a pointer that tells of a view, which releases before would take for a dataset
	pointerPrefix = "catalog/"
	pointerSuffix = ".json"
)

// pointer is what catalog/<namespace>/<name>.json holds: the state of a dataset
// as far as a listing, a registration and a retry need it, or that the name has none
// now (a Dataset without an id). Where the name has a view, Dataset is its row, and
// Columns and MetadataKey are the view's. It is replaced as a whole, by
// compare-and-swap, and never patched.
type pointer struct {
	Format       int              `json:"format"`
	Revision     int64            `json:"revision"` // of the object: counts its writes
	Dataset      catalog.Dataset  `json:"dataset"`
	View         *viewState       `json:"view,omitempty"` // nil: the name has no view
	MetadataKey  string           `json:"metadata_key"`
	SnapshotID   int64            `json:"snapshot_id"`
	Columns      []catalog.Column `json:"columns"`
	LastColumnID int              `json:"last_column_id"`
	Receipts     receipts         `json:"receipts"`          // the newest
	Archive      []archived       `json:"archive,omitempty"` // where the older ones are
	Dropped      []dropped        `json:"dropped,omitempty"` // that had the name
	Left         []departed       `json:"left,omitempty"`    // likewise
	Moving       *moving          `json:"moving,omitempty"`  // to another name
	Arrived      *moving          `json:"arrived,omitempty"` // from another name, which may not know yet
}

func pointerKey(n catalog.Name) string {
	return pointerPrefix + n.Namespace + "/" + n.Name + pointerSuffix
}

// pointerName reads a dataset's name from its pointer's key. ok is false for an
// object that is no pointer.
func pointerName(key string) (n catalog.Name, ok bool) {
	rest, isPointer := strings.CutPrefix(key, pointerPrefix)
	rest, isJSON := strings.CutSuffix(rest, pointerSuffix)
	space, name, nested := strings.Cut(rest, "/")
	if !isPointer || !isJSON || !nested {
		return n, false
	}
	n, err := catalog.ParseName(space + "." + name)
	return n, err == nil
}

// format gives the oldest format that tells all of a pointer.
func (p *pointer) format() int {
	if p.View != nil || slices.ContainsFunc(p.Dropped, func(d dropped) bool { return d.View }) {
		return viewFormat
	}
	return pointerFormat
}

func (p *pointer) encode() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(p)
	return buf.Bytes(), err
}

// decodePointer reads a pointer and refuses one that a registration could not
// safely build upon.
func decodePointer(data []byte) (*pointer, error) {
	var p pointer
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, err
	}
	if p.Format < 1 || p.Format > viewFormat {
		return nil, fmt.Errorf("its format is %d, and this release reads up to %d: use the release that wrote it, or a newer one", p.Format, viewFormat)
	}
	return &p, p.check()
}

func (p *pointer) check() error {
	d := p.Dataset
	n, err := catalog.ParseName(d.Namespace + "." + d.Name)
	switch {
	case err != nil:
		return err
	case n.Namespace != d.Namespace || n.Name != d.Name:
		return errors.New("its name and namespace are mixed up")
	case !p.live():
		return p.checkOthers()
	case !catalog.IsID(d.DatasetID):
		return fmt.Errorf("dataset_id %q is no UUID", d.DatasetID)
	case !strings.HasPrefix(p.MetadataKey, catalog.MetadataPrefix(d.DatasetID)):
		return fmt.Errorf("metadata_key %q lies outside of the dataset", p.MetadataKey)
	case d.Version < 1 || d.Rows < 0 || d.Bytes < 0 || d.Files < 0:
		return errors.New("its numbers make no sense")
	case len(p.Columns) == 0:
		return errors.New("it has no columns")
	case p.View != nil && p.View.SQL == "":
		return errors.New("its view has no statement")
	}
	for _, a := range p.Archive {
		if !strings.HasPrefix(a.Key, receiptsPrefix(d.DatasetID)) {
			return fmt.Errorf("the receipts %q lie outside of the dataset", a.Key)
		}
	}
	seen := map[string]bool{}
	for _, c := range p.Columns {
		if c.Name == "" || seen[c.Name] || c.FieldID < 1 || c.FieldID > p.LastColumnID {
			return fmt.Errorf("column %q is doubled or has no valid field id", c.Name)
		}
		seen[c.Name] = true
	}
	return p.checkOthers()
}

// name is the dataset's, as users write it.
func (p *pointer) name() string {
	return catalog.Name{Namespace: p.Dataset.Namespace, Name: p.Dataset.Name}.String()
}
