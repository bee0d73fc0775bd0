package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestTraceContext(t *testing.T) {
	const id, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	for given, kept := range map[string]bool{
		"00-" + id + "-" + span + "-01":   true,
		"00-" + id + "-" + span + "-00":   true,
		"":                                false,
		"ff-" + id + "-" + span + "-01":   false,
		"00-" + id + "-" + span:           false,
		"00-" + id + "-" + span + "-01-x": false,
		"00-00000000000000000000000000000000-" + span + "-01": false,
		"00-" + id + "-0000000000000000-01":                   false,
		"00-0AF7651916CD43DD8448EB211C80319C-" + span + "-01": false,
		"00-" + id + "\n-" + span + "-01":                     false,
	} {
		trace := wire.StartTrace(http.Header{"Traceparent": {given}})
		if (trace.TraceID == id) != kept {
			t.Errorf("%q: trace %s", given, trace.TraceID)
		}
		if trace.SpanID == span {
			t.Errorf("%q: this hop took the caller's span for its own", given)
		}
	}
}

var traceparent = regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)

// Whatever a client sends, what goes on to the log and to the next daemon is
// well formed.
func FuzzStartTrace(f *testing.F) {
	f.Add("r-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	f.Add("", "")
	f.Add("two words\n{\"level\":\"ERROR\"}", "00-----")
	f.Add("\x7f\xff", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-\x00\x00")
	f.Fuzz(func(t *testing.T, id, parent string) {
		out := http.Header{}
		trace := wire.StartTrace(http.Header{"X-Request-Id": {id}, "Traceparent": {parent}})
		trace.Inject(out)
		got := out.Get("X-Request-Id")
		if len(got) == 0 || len(got) > 128 {
			t.Errorf("id of %d bytes", len(got))
		}
		for _, c := range []byte(got) {
			if c <= ' ' || c > '~' {
				t.Errorf("id %q would write into the log", got)
			}
		}
		if !traceparent.MatchString(out.Get("Traceparent")) {
			t.Errorf("traceparent %q", out.Get("Traceparent"))
		}
		if again := wire.StartTrace(out); again.RequestID != trace.RequestID || again.TraceID != trace.TraceID || again.Flags != trace.Flags {
			t.Errorf("the next hop reads %+v from %+v", again, trace)
		}
	})
}

// Whatever a peer answers, reading it does not fail later: what was read can be
// written, and reads the same again.
func FuzzProblemUnmarshal(f *testing.F) {
	f.Add([]byte(`{"type":"x","title":"Schema drift","status":409,"detail":"no","code":"schema_drift","request_id":"r","diff":[{"line":17}]}`))
	f.Add([]byte(`{"code":"x","retry_after_ms":-9223372036854775808}`))
	f.Add([]byte(`{"code":"x","retry_after_ms":9223372036854775807,"n":1e999}`))
	f.Add([]byte(`{"CODE":"x","code":"y","Status":1}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`[1]`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		var first, second wire.Problem
		if json.Unmarshal(doc, &first) != nil || first.Kind == nil {
			return
		}
		if first.RetryAfter < 0 {
			t.Errorf("retry after %s", first.RetryAfter)
		}
		text, err := json.Marshal(&first)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", doc, err)
		}
		if err := json.Unmarshal(text, &second); err != nil {
			t.Fatalf("%q, written as %q, cannot be read: %v", doc, text, err)
		}
		again, err := json.Marshal(&second)
		if err != nil || !reflect.DeepEqual(again, text) {
			t.Errorf("%q became %q, then %q (%v)", doc, text, again, err)
		}
	})
}

// Of whatever JSON a client sends, a key is refused as given twice exactly where
// the decoder's own tokens show one twice.
func FuzzKeysGivenTwice(f *testing.F) {
	for _, doc := range []string{
		`{"a":1,"b":{"a":[{},{"a":"a"}]},"A":2}`, `{"a":{"x":1,"X":2,"x":3}}`, `[{"\\\"":1,"\u005c\u0022":2}]`,
		"{\"a\" \r\n\t: \"\\\\\", \"\u017f\":1,\"s\":2}", `{"\ud800":1,"\ud801":2}`, `"a:\"b\":"`, `{"":{"":1},"":2}`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var v any
		r := httptest.NewRequest("POST", "/", bytes.NewReader(doc))
		err := wire.ReadJSON(r, &v)
		if !utf8.Valid(doc) || json.Unmarshal(doc, &v) != nil {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(doc))
		dec.UseNumber()
		twice := twiceByTokens(t, dec)
		if refused := errors.Is(err, wire.ErrBadRequest) && strings.Contains(err.Error(), "given twice"); refused != twice {
			t.Errorf("%q: %v; a key is there twice: %t", doc, err, twice)
		}
	})
}

// twiceByTokens reads one value and tells whether an object in it has a key
// twice.
func twiceByTokens(t *testing.T, dec *json.Decoder) (twice bool) {
	token, err := dec.Token()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for token == json.Delim('{') || token == json.Delim('[') {
		if !dec.More() {
			_, _ = dec.Token() // its end
			return twice
		}
		if token == json.Delim('{') {
			key, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			name := key.(string)
			twice = slices.Contains(keys, name) || twice
			keys = append(keys, name)
		}
		twice = twiceByTokens(t, dec) || twice
	}
	return twice
}
