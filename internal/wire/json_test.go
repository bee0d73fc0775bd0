package wire_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

type request struct {
	SQL    string            `json:"sql"`
	Limit  *int64            `json:"limit"`
	Params []json.RawMessage `json:"params"`
	Any    any               `json:"any"`
	Inner  struct{}          `json:"inner"`
	Page
}

type Page struct {
	Size int `json:"size"`
}

func TestJSONInIsStrict(t *testing.T) {
	for body, want := range map[string]struct {
		kind *wire.Kind
		says string
	}{
		`{"sql":"x","limit":9007199254740993}`: {},
		` {"sql":"x"} ` + "\n":                 {},
		`{"sequel":"x"}`:                       {wire.ErrUnknownField, `unknown field "sequel"; known here: sql, limit, params, any, inner, size`},
		`{"inner":{"sequel":"x"}}`:             {wire.ErrUnknownField, `unknown field "sequel"`},
		"{\"sql\":\"caf\xe9\"}":                {wire.ErrBadRequest, "UTF-8"},
		`{"sql":7}`:                            {wire.ErrBadRequest, `field "sql" takes a string, not number; write it in quotes`},
		`{"limit":"7"}`:                        {wire.ErrBadRequest, `"limit" takes a whole number of 64 bits, not string; write it without quotes`},
		`{"limit":1.5}`:                        {wire.ErrBadRequest, `"limit" takes a whole number`},
		`{"limit":9223372036854775808}`:        {wire.ErrBadRequest, `"limit" takes a whole number`},
		`{"size":"7"}`:                         {wire.ErrBadRequest, `field "size" takes a whole number`},
		`{"params":{}}`:                        {wire.ErrBadRequest, `"params" takes an array, not object`},
		`[]`:                                   {wire.ErrBadRequest, "takes an object, not array"},
		`"select 1"`:                           {wire.ErrBadRequest, "takes an object, not string"},
		``:                                     {wire.ErrBadRequest, "empty"},
		`{"sql":"x"`:                           {wire.ErrBadRequest, ""},
		`{"sql":"x"}{"sql":"y"}`:               {wire.ErrBadRequest, "more than one"},
		`{"sql":"x"} trailing`:                 {wire.ErrBadRequest, "more than one"},
		`name=x&file=y`:                        {wire.ErrBadRequest, "not JSON"},
		`{"sql":"x","sql":"y"}`:                {wire.ErrBadRequest, `"sql" is given twice`},
		`{"sql":"x" , "limit":1,"sql" : "x"}`:  {wire.ErrBadRequest, `"sql" is given twice`},
		`{"sql":"x","SQL":"y"}`:                {wire.ErrUnknownField, `unknown field "SQL"; known here: sql`},
		`{"SQL":"x"}`:                          {wire.ErrUnknownField, `unknown field "SQL"; known here: sql`},
		`{"\u017fql":"x"}`:                     {wire.ErrUnknownField, `known here: sql`},
		`{"Size":7,"sql":"x"}`:                 {wire.ErrUnknownField, `unknown field "Size"`},
		`{"\u0073ql":"x","sql":"y"}`:           {wire.ErrBadRequest, `"sql" is given twice`},
		`{"any":{"a":[{"b":1,"b":2}]}}`:        {wire.ErrBadRequest, `"b" is given twice`},
		`{"any":{"a":{"a":1},"b":{},"a":2}}`:   {wire.ErrBadRequest, `"a" is given twice`},
		`{"params":[{"a":"\"","a":1}]}`:        {wire.ErrBadRequest, `"a" is given twice`},
		// What a user names is another in another case.
		`{"any":{"city":1,"City":2}}`:               {},
		`{"any":[{"a":1},{"a":{"a":"a"}},"a","a"]}`: {},
		`{"sql":"\"sql\":\\","any":"{\"sql\":1}"}`:  {},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl -d says
		var v request
		err := wire.ReadJSON(r, &v)
		switch {
		case want.kind == nil && err != nil:
			t.Errorf("%s: %v", body, err)
		case want.kind != nil && (!errors.Is(err, want.kind) || !strings.Contains(err.Error(), want.says)):
			t.Errorf("%s: %v, want %s that says %q", body, err, want.kind.Code, want.says)
		}
		if want.kind == nil && v.Limit != nil && *v.Limit != 9007199254740993 {
			t.Errorf("%s: limit came as %d", body, *v.Limit)
		}
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	var v request
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"any":9007199254740993,"params":[12345678901234567890]}`))
	if err := wire.ReadJSON(r, &v); err != nil {
		t.Fatal(err)
	}
	if v.Any != json.Number("9007199254740993") || string(v.Params[0]) != "12345678901234567890" {
		t.Errorf("got %v and %s", v.Any, v.Params[0])
	}
}

func TestABodyOverItsBoundIsThatWhereverItEnds(t *testing.T) {
	for _, body := range []string{`{"sql":"` + strings.Repeat("x", 100) + `"}`, `{}` + strings.Repeat(" ", 100)} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Body = http.MaxBytesReader(nil, r.Body, 50)
		var v request
		if p := wire.AsProblem(wire.ReadJSON(r, &v)); p.Kind != wire.ErrBodyTooLarge || p.Fields["limit"] != int64(50) {
			t.Errorf("%.20s...: %v", body, p)
		}
	}
}

func TestAnAnswerIsWholeOrNotBegun(t *testing.T) {
	w := httptest.NewRecorder()
	if err := wire.WriteJSON(w, http.StatusOK, math.NaN()); err == nil || w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
		t.Errorf("an answer that cannot be encoded: %v, %q", err, w.Body)
	}
	if err := wire.WriteJSON(w, http.StatusCreated, map[string]string{"sql": "1 < 2"}); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusCreated || w.Body.String() != `{"sql":"1 < 2"}`+"\n" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestQueryParametersAreKnownAndGivenOnce(t *testing.T) {
	for query, want := range map[string]*wire.Kind{
		"": nil, "name=x": nil, "name=x&mode=append": nil, "name=": nil,
		"nmae=x": wire.ErrUnknownParameter, "name=x&name=y": wire.ErrBadRequest, "name=%zz": wire.ErrBadRequest, "name=x;mode=y": wire.ErrBadRequest,
		"Name=x": wire.ErrUnknownParameter, "key=a&key=b": nil, "key=a&key=b&name=x&name=x": wire.ErrBadRequest,
	} {
		err := wire.CheckQuery(&url.URL{RawQuery: query}, []string{"key"}, "name", "mode", "key")
		if (err == nil) != (want == nil) || (want != nil && !errors.Is(err, want)) {
			t.Errorf("?%s: %v, want %v", query, err, want)
		}
	}
	err := wire.CheckQuery(&url.URL{RawQuery: "nmae=x"}, nil, "name", "mode")
	if !strings.Contains(err.Error(), `"nmae"`) || !strings.Contains(err.Error(), "name, mode") {
		t.Errorf("%v names neither the parameter nor the known ones", err)
	}
	if err := wire.CheckQuery(&url.URL{RawQuery: "x=1"}, nil); !strings.Contains(err.Error(), "none") {
		t.Errorf("%v does not say that there are none", err)
	}
}

// What a sender calls a thing comes back in part, in each form of an error.
func TestLongNamesAreCut(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	for _, body := range []string{`{"` + long + `":1}`, `{"inner":{"` + long + `":1}}`, `{"any":{"` + long + `":1,"` + long + `":2}}`, `{"limit":1` + strings.Repeat("0", 100_000) + `}`} {
		var into request
		err := wire.ReadJSON(httptest.NewRequest("POST", "/", strings.NewReader(body)), &into)
		p := wire.AsProblem(err)
		document, openAI := httptest.NewRecorder(), httptest.NewRecorder()
		wire.WriteProblem(document, httptest.NewRequest("POST", "/", nil), err)
		wire.WriteError(openAI, httptest.NewRequest("POST", "/", nil), err, wire.AsOpenAI)
		if document.Code != 400 || len(p.Detail) > 1_000 || document.Body.Len() > 20_000 || openAI.Body.Len() > 20_000 {
			t.Errorf("%.30s: %d bytes, %d and %d", body, len(p.Detail), document.Body.Len(), openAI.Body.Len())
		}
	}
	p := wire.ErrBadRequest.Errorf("%s", long).With("field", long).Because(errors.New(long))
	if text := p.Error(); len(text) > 20_000 || !strings.HasSuffix(text, "in all))") || !strings.Contains(p.Detail, "(200000 bytes in all)") {
		t.Errorf("%d bytes: %.40s", len(text), text)
	}
}
