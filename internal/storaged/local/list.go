package local

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// afterAll follows every key with a prefix when appended to it: 0xff is in no
// UTF-8 text.
const afterAll = "\xff"

// List walks the folders that can hold keys of the page, and no others.
func (s *Store) List(ctx context.Context, p backend.Page) (storage.Listing, error) {
	from, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return storage.Listing{}, wire.ErrBadRequest.Errorf("the cursor is not one of a listing; leave it out to start anew")
	}
	l := lister{ctx: ctx, store: s, page: p, from: string(from), out: storage.Listing{Objects: []storage.Object{}, Prefixes: []string{}}}
	base := p.Prefix[:strings.LastIndexByte(p.Prefix, '/')+1]
	dir := filepath.Dir(storage.LocalPath(s.root, base+"x"))
	if err := l.walk(dir, base); err != nil && !errors.Is(err, errFull) {
		return storage.Listing{}, err
	}
	return l.out, nil
}

// errFull ends a walk whose page is full.
var errFull = errors.New("the page is full")

// lister fills one page with the keys from l.from on.
type lister struct {
	ctx   context.Context
	store *Store
	page  backend.Page
	from  string
	out   storage.Listing
}

// entry is one name of a folder: an object's key, or what the keys inside a
// folder begin with.
type entry struct {
	key    string
	path   string
	folder bool
}

// walk visits the keys in the folder dir, which all begin with base, in order.
func (l *lister) walk(dir, base string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	entries, err := l.read(dir, base, nil)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	for i, e := range entries {
		if i > 0 && e.key == entries[i-1].key {
			continue // renamed over while the folder was read
		}
		switch {
		case l.passed(e): // folded into a prefix that was emitted since
		case e.folder:
			err = l.walk(e.path, e.key)
		default:
			err = l.emit(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read gives the entries of a folder that can lead to keys of the page, with
// those in the folders in which a long segment goes on.
func (l *lister) read(dir, base string, entries []entry) ([]entry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return entries, ignoreGone(err)
	}
	names, err := f.ReadDir(-1)
	if err := errors.Join(err, f.Close()); err != nil {
		return entries, ignoreGone(err)
	}
	for _, name := range names {
		part, more, ok := storage.LocalName(name.Name(), name.IsDir())
		if !ok || !name.IsDir() && !name.Type().IsRegular() {
			continue
		}
		e := entry{key: base + part, path: dir + "/" + name.Name(), folder: name.IsDir()}
		if e.folder && !more {
			e.key += "/"
		}
		switch {
		case l.passed(e):
		case !strings.HasPrefix(e.key, l.page.Prefix) && !(e.folder && strings.HasPrefix(l.page.Prefix, e.key)):
		case more:
			if entries, err = l.read(e.path, e.key, entries); err != nil {
				return entries, err
			}
		default:
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// passed tells that all keys of the entry come before those of the page.
func (l *lister) passed(e entry) bool {
	if e.folder {
		return e.key+afterAll <= l.from
	}
	return e.key < l.from
}

// emit adds a key to the page, or the prefix that it is folded into.
func (l *lister) emit(e entry) error {
	if storage.LocalPath(l.store.root, e.key) != e.path {
		return nil // a file of no key
	}
	info, err := os.Lstat(e.path)
	if err != nil {
		return ignoreGone(err)
	}
	if len(l.out.Objects)+len(l.out.Prefixes) == l.page.Limit {
		cursor := base64.RawURLEncoding.EncodeToString([]byte(l.from))
		l.out.NextCursor = &cursor
		return errFull
	}
	if d := l.page.Delimiter; d != "" {
		if at := strings.Index(e.key[len(l.page.Prefix):], d); at >= 0 {
			folded := e.key[:len(l.page.Prefix)+at+len(d)]
			l.out.Prefixes = append(l.out.Prefixes, folded)
			l.from = folded + afterAll
			return nil
		}
	}
	l.out.Objects = append(l.out.Objects, describe(e.key, info))
	l.from = e.key + "\x00"
	return nil
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
