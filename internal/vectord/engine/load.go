package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// Load fills an empty index with one that was saved with the same configuration, where
// max_items, seed, ef_construction and the text fields may differ. Its errors are a
// [sealed.DamageError] where the bytes are not those that were written, a
// [hnsw.SavedError] where they are another index's, and those of reading. After an error
// the index can only be closed.
func (x *Index) Load(from io.Reader) error {
	x.writes.Lock()
	defer x.changed()
	in := bufio.NewReaderSize(sealed.NewReader(from), 64<<10)
	if err := x.graph.Load(in); err != nil {
		return err
	}
	count, err := read32(in)
	if err != nil {
		return err
	}
	named := make(map[uint32]bool)
	err = loadItems(in, int(count), func(item loaded) error {
		if !x.graph.Alive(item.slot) || named[item.slot] {
			return &hnsw.SavedError{Reason: fmt.Sprintf("has no slot %d for an item", item.slot)}
		}
		named[item.slot] = true
		x.names.name(item.slot, item.id)
		x.describe(item.slot, item.object)
		if _, had := x.names.lead(item.slot); had {
			return &hnsw.SavedError{Reason: "has an item twice"}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return errors.Join(&hnsw.SavedError{Reason: "goes on behind its end"}, err)
	}
	x.graph.DeleteBut(named)
	return nil
}

func read32(r io.Reader) (uint32, error) {
	var n [4]byte
	_, err := io.ReadFull(r, n[:])
	return binary.LittleEndian.Uint32(n[:]), err
}

// loaded is an item as it was saved. Its text, the id and the metadata, is read first and
// understood later.
type loaded struct {
	slot    uint32
	text    []byte
	id      string
	object  metadata.Object
	idBytes uint32
}

// parcel is items that are understood together; done is closed when they are.
type parcel struct {
	items []loaded
	err   error // of the first item behind these
	done  chan struct{}
}

const parcelItems = 256

// loadItems reads so many items and gives each in order, while some goroutines understand
// the metadata of those that follow: that is what a load takes most time for.
func loadItems(in io.Reader, count int, each func(loaded) error) error {
	parsers := runtime.GOMAXPROCS(0)
	inOrder, work, quit := make(chan *parcel, parsers), make(chan *parcel), make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(quit)
	group.Go(func() {
		defer close(work)
		defer close(inOrder)
		for count > 0 {
			p := readParcel(in, min(count, parcelItems))
			count -= parcelItems
			select {
			case inOrder <- p:
				work <- p
			case <-quit:
				return
			}
			if p.err != nil {
				return
			}
		}
	})
	for range parsers {
		group.Go(func() {
			for p := range work {
				p.understand()
				close(p.done)
			}
		})
	}
	for p := range inOrder {
		<-p.done
		for _, item := range p.items {
			if err := each(item); err != nil {
				return err
			}
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

func readParcel(in io.Reader, count int) *parcel {
	p := &parcel{done: make(chan struct{})}
	for range count {
		item, err := readItem(in)
		if err != nil {
			p.err = err
			break
		}
		p.items = append(p.items, item)
	}
	return p
}

// readItem reads an item; its lengths are held against what an item may have before
// there is room made for it.
func readItem(r io.Reader) (loaded, error) {
	var b [12]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return loaded{}, err
	}
	item := loaded{slot: binary.LittleEndian.Uint32(b[:]), idBytes: binary.LittleEndian.Uint32(b[4:])}
	object := binary.LittleEndian.Uint32(b[8:])
	if item.idBytes == 0 || item.idBytes > MaxID || object > metadata.MaxBytes {
		return loaded{}, &hnsw.SavedError{Reason: "has an item that is too large"}
	}
	item.text = make([]byte, item.idBytes+object)
	_, err := io.ReadFull(r, item.text)
	return item, err
}

// understand reads the items' texts, up to the first that is not what is saved.
func (p *parcel) understand() {
	for i := range p.items {
		item := &p.items[i]
		item.id = string(item.text[:item.idBytes])
		err := error(nil)
		if !utf8.ValidString(item.id) {
			err = &hnsw.SavedError{Reason: "has an id that is not UTF-8"}
		} else {
			item.object, err = metadata.Read(item.text[item.idBytes:])
		}
		if err != nil {
			p.items, p.err = p.items[:i], err
			return
		}
	}
}
