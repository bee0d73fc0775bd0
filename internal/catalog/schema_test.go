package catalog

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func cols(text string) []Column {
	var columns []Column
	for i, word := range strings.Fields(text) {
		name, typ, _ := strings.Cut(word, ":")
		typ, unvalued := strings.CutSuffix(typ, "?")
		columns = append(columns, Column{FieldID: i + 1, Name: name, Type: typ, Unvalued: unvalued})
	}
	return columns
}

func TestFingerprint(t *testing.T) {
	a := Fingerprint(cols("id:long name:string"))
	if b := Fingerprint(cols("name:string id:long")); a != b {
		t.Error("the order of columns changes the fingerprint")
	}
	for _, other := range []string{"id:long", "id:int name:string", "id:long nam:estring", "idlong: name:string"} {
		if Fingerprint(cols(other)) == a {
			t.Errorf("%s has the same fingerprint", other)
		}
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ current, wanted, want string }{
		{"id:long name:string", "name:string id:long", ""},
		{"id:long name:string", "id:string name:string", "id retyped"},
		{"id:long name:string", "id:long", "name removed"},
		{"id:long", "id:long name:string", "name added"},
		{"id:long end:string?", "id:long end:date", ""},
		{"id:long end:date", "id:long end:string?", ""},
		{"id:long end:date", "id:long end:string", "end retyped"},
		{"a:long", "b:long", "b added, a removed"},
	} {
		var got []string
		for _, change := range Diff(cols(c.current), cols(c.wanted)) {
			got = append(got, change.Column+" "+change.Change)
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("from %q to %q: %q, not %q", c.current, c.wanted, text, c.want)
		}
	}
}

func TestAssign(t *testing.T) {
	assigned, last := Assign(cols("id:long end:string?"), 7, cols("end:date id:long shift:string"))
	var got []string
	for _, c := range assigned {
		got = append(got, fmt.Sprint(c.Name, c.FieldID))
	}
	if !slices.Equal(got, []string{"end8", "id1", "shift9"}) || last != 9 {
		t.Errorf("assigned %v, last %d", got, last)
	}
}

func TestObjectKey(t *testing.T) {
	id := NewID()
	sum := sha256.Sum256([]byte("x"))
	key := ObjectKey(id, sum)
	if !strings.HasPrefix(key, DataPrefix(id)) || ObjectKey(id, sum) == key {
		t.Errorf("the key is %s", key)
	}
	if hash, ok := HashOf(key); !ok || hash != fmt.Sprintf("%x", sum)[:32] {
		t.Errorf("the hash of %s is %s", key, hash)
	}
	for _, foreign := range []string{"", "datasets/x/data/00000-0-abc.parquet", key + ".tmp", strings.ToUpper(key), key[:len(key)-9] + ".parquet"} {
		if hash, ok := HashOf(foreign); ok {
			t.Errorf("%q is said to have the hash %s", foreign, hash)
		}
	}
}

func TestNewID(t *testing.T) {
	before := ""
	for range 1000 {
		id := NewID()
		if len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("%s is no UUIDv7", id)
		}
		if id[:13] < before {
			t.Fatalf("%s sorts before %s", id, before)
		}
		before = id[:13]
	}
}

func TestEvolve(t *testing.T) {
	for _, c := range []struct{ current, wanted, want string }{
		{"id:long name:string", "name:string id:long", "id1:long name2:string"},
		{"id:int name:string", "id:long shift:date", "id1:long name2:string shift8:date"},
		{"rate:float pay:decimal(10,2)", "pay:decimal(18,2) rate:double", "rate1:double pay2:decimal(18,2)"},
		{"id:long pay:decimal(18,2)", "id:decimal(21,2) pay:decimal(18,3)", "id8:decimal(21,2) pay9:decimal(18,3)"},
		{"end:string? id:long", "end:date id:string?", "end8:date id2:long"},
	} {
		evolved, last := Evolve(cols(c.current), 7, cols(c.wanted))
		var got []string
		for _, column := range evolved {
			got = append(got, fmt.Sprintf("%s%d:%s", column.Name, column.FieldID, column.Type))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s with %s: %s, want %s", c.current, c.wanted, text, c.want)
		}
		if again, _ := Evolve(cols(c.current), 7, evolved); !slices.Equal(again, evolved) || last < 7 {
			t.Errorf("%s with %s, once more: %v, was %v", c.current, c.wanted, again, evolved)
		}
	}
}
