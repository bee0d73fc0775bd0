package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// bound is one of most elements; its error has how many there are.
func bound(field string, most int) wire.Bound {
	return wire.Bound{Field: field, Most: most, TooMany: func(n int) error { return fmt.Errorf("%d", n) }}
}

func TestWhatHasMoreThanItsBoundIsRefused(t *testing.T) {
	for body, refused := range map[string]bool{
		`{"a":[1,2]}`: false, `{"a":[1,2,3]}`: true, `{"b":[1,2,3]}`: false, ` { "A" : [ "," , [1,2,3] , {"x":[1,2],"y":3} ] } `: true,
		`{"b":[{"a":[1,2,3]}],"a":[]}`: false, `{"\u0061":[1,2,3]}`: true, `{"a":1,"a":[{},{},{}]}`: true, `{"a":["\"]","\\",2]}`: true,
		`{"a":"[1,2,3]"}`: false, `{"a":[[1,2,3],[4,5,6]]}`: false, `{"a":{"x":1,"y":2}}`: false, `{"a":{"x":1,"y":2,"z":[3]}}`: true, `{"a":[1,2,3`: true,
		`["a",[1,2,3]]`: false, `{"b":[[[[1.25e-12345678,"]"]]]],"a":[null,null,null]}`: true, ``: false, `{"a":`: false, `{"a":["`: false, `{"`: false,
	} {
		err := wire.CheckBounds([]byte(body), bound("other", 1), bound("a", 2))
		if (err != nil) != refused || refused && err.Error() != "3" {
			t.Errorf("%s: %v, to be refused: %t", body, err, refused)
		}
	}
}

// Nothing is made of a body that has too much.
func TestABodyOfTooMuchTakesNoMoreThanItsBytes(t *testing.T) {
	var into struct {
		Items []struct{ A, B, C, D string }
	}
	body := `{"items":[` + strings.Repeat(`{},`, 1_000_000) + `{}]}`
	for _, given := range []string{body, `{"other":` + body + `}`} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := wire.ReadJSON(httptest.NewRequest("POST", "/", strings.NewReader(given)), &into, bound("items", 10)); err == nil || into.Items != nil {
			t.Errorf("%v, %d items", err, len(into.Items))
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 12*uint64(len(body)) {
			t.Errorf("%.30s of %d bytes took %d", given, len(given), took)
		}
	}
}

// FuzzBounds: counts are those of encoding/json's own tokens, of whatever is JSON; and
// nothing else does harm.
func FuzzBounds(f *testing.F) {
	for _, doc := range []string{
		`{"a":[1,"],",{"a":[1,2]},[[]],null]}`, `{"A":[],"a":{"x":[1,2,3],"y":"}"},"b":[1]}`, `{"a":"\"","\u0061":[{},{}]}`, `["a",1]`, `[`, `{"a":[[[[`, `{"a":"`,
		`{"b":[0.123456789,-1.5e-10,123456789012345678],"a":[ 1 , 2 ]}`, "{\"\u00e9\u4e00\":[\"\u00e9\u4e00\u00e9\u4e00[\"],\"a\":[1]}",
	} {
		f.Add([]byte(doc), 1)
	}
	f.Fuzz(func(t *testing.T, doc []byte, most int) {
		most = max(most, 0) % 100
		err, n := wire.CheckBounds(doc, bound("a", most)), wire.Elements(doc, most)
		if !json.Valid(doc) {
			return
		}
		if want := min(countOf(doc), most+1); n != want {
			t.Errorf("%q has %d elements, not %d", doc, n, want)
		}
		if want := tooMuch(doc, most); (err != nil) != want || want && err.Error() != fmt.Sprint(most+1) {
			t.Errorf("%q: %v; more than %d: %t", doc, err, most, want)
		}
	})
}

// tooMuch tells whether in an object a field "a" has more than so much.
func tooMuch(doc []byte, most int) (found bool) {
	eachMember(doc, func(name string, value json.RawMessage) {
		found = found || strings.EqualFold(name, "a") && countOf(value) > most
	})
	return found
}

// countOf counts the elements of an array, or the members of an object.
func countOf(doc []byte) (n int) {
	var list []json.RawMessage
	if json.Unmarshal(doc, &list) == nil {
		return len(list)
	}
	eachMember(doc, func(string, json.RawMessage) { n++ })
	return n
}

func eachMember(doc []byte, visit func(name string, value json.RawMessage)) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return
		}
		visit(name.(string), value)
	}
}
