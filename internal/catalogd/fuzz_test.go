package catalogd

import (
	"bytes"
	"os"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// FuzzPointer: whatever lies where a pointer should, it is refused or can be
// written again and read as the same.
func FuzzPointer(f *testing.F) {
	id := catalog.NewID()
	valid := pointer{Format: pointerFormat, Dataset: catalog.Dataset{Name: "a", Namespace: "default", DatasetID: id, Version: 1},
		MetadataKey: catalog.MetadataPrefix(id) + "x", Columns: []catalog.Column{{FieldID: 1, Name: "a", Type: "long"}}, LastColumnID: 1,
		Receipts: receipts{{ContentHash: "sha256:x", Version: 1, Note: []byte(`{"a":1}`)}}}
	text, err := valid.encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{text, text[:len(text)/2], []byte(`{}`), []byte(`null`), []byte(`{"format":2}`), nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decodePointer(data)
		if err != nil {
			return
		}
		text, err := p.encode()
		if err != nil {
			t.Fatalf("read, but cannot be written: %v", err)
		}
		again, err := decodePointer(text)
		if err != nil {
			t.Fatalf("written, but cannot be read: %v", err)
		}
		if second, _ := again.encode(); !bytes.Equal(text, second) {
			t.Fatalf("%s became %s", text, second)
		}
	})
}

// FuzzFooter: no bytes bring the reader of footers down, and what it accepts
// makes a manifest entry or a refusal.
func FuzzFooter(f *testing.F) {
	for _, name := range []string{"placements.parquet", "placements_plain.parquet", "placements_drift.parquet"} {
		data, err := os.ReadFile("../../scripts/testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := readFooter(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		columns := make([]catalog.Column, len(read.columns))
		for i, c := range read.columns {
			columns[i] = catalog.Column{Name: c.name, Type: c.text}
		}
		if checkColumns(columns) != nil {
			return
		}
		assigned, last := catalog.Assign(nil, 0, columns)
		made, err := newTarget(assigned, nil, last)
		if err != nil {
			t.Fatalf("checked columns have no schema: %v", err)
		}
		s := &store{bucket: "b"}
		_, _ = s.newDataFile(storage.Object{Key: "k", Size: int64(len(data))}, read, made.schema) // may refuse, must not panic
	})
}

// FuzzType: a type's text that is read is written the same.
func FuzzType(f *testing.F) {
	for _, seed := range []string{"long", "decimal(18,2)", "list<string>", "map<string,list<int>>", "struct<a:long,b:struct<c:date>>", "list<", "decimal(0,0)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id := 0
		made, err := parseType(text, func() int { id++; return id })
		if err != nil {
			return
		}
		again, err := textOf(made)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parseType(again, func() int { return 1 })
		if err != nil {
			t.Fatalf("%q became %q, which is no type: %v", text, again, err)
		}
		if third, _ := textOf(back); third != again {
			t.Fatalf("%q became %q and then %q", text, again, third)
		}
	})
}
