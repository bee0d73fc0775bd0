package queryd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maxParams bounds the parameters of one statement.
const maxParams = 1000

// statement is one request, checked and with its defaults filled in.
type statement struct {
	sql     string
	params  []json.RawMessage
	limit   int64 // 0: none
	timeout time.Duration
	format  query.Format
	asOf    query.AsOf
	caller  string // whose it is, as the gate tells callers apart
	fresh   bool   // not from the cache of answers
	private bool   // nor into it
}

// readStatement reads a request: JSON whatever its content type says, but for
// text/plain and application/sql, which are a bare statement.
func readStatement(r *http.Request, c Config) (statement, error) {
	var body query.Request
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media == "text/plain" || media == "application/sql" {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return statement{}, err
		}
		body.SQL = string(text)
	} else if err := wire.ReadJSON(r, &body); err != nil {
		return statement{}, bodyProblem(err)
	}
	if strings.TrimSpace(body.SQL) == "" {
		return statement{}, invalid("the statement is empty; send {\"sql\": \"SELECT …\"}", -1)
	}
	if err := fromQuery(&body, r.URL.Query()); err != nil {
		return statement{}, err
	}
	s, err := check(body, r.Header.Get("Accept"), c)
	s.caller = callerOf(r.Header)
	s.fresh, s.private = caching(r.Header)
	return s, err
}

// callerOf tells callers apart by their tokens, of which only a hash is kept; "" is
// who has none.
func callerOf(h http.Header) string {
	words := strings.Fields(h.Get("Authorization"))
	if len(words) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(words[len(words)-1]))
	return hex.EncodeToString(sum[:])
}

// bodyProblem says what is wrong with a body, and how a bare statement is sent.
func bodyProblem(err error) error {
	p := wire.AsProblem(err)
	if p.Is(wire.ErrBadRequest) {
		p.Detail += `; send {"sql": "SELECT …"}, or the bare statement with Content-Type: text/plain`
	}
	return p
}

// fromQuery takes over what the query string says. Nothing may be said twice.
func fromQuery(req *query.Request, q url.Values) error {
	if q.Has("format") {
		if req.Format != "" {
			return wire.ErrBadRequest.Errorf("format is given in the body and in the query string; give it once")
		}
		req.Format = query.Format(q.Get("format"))
	}
	if q.Has("as_of") {
		if req.AsOf != nil {
			return wire.ErrBadRequest.Errorf("as_of is given in the body and in the query string; give it once")
		}
		if req.AsOf = json.RawMessage(q.Get("as_of")); !strings.HasPrefix(q.Get("as_of"), "{") {
			req.AsOf, _ = json.Marshal(q.Get("as_of")) // a text always has a form in JSON
		}
	}
	for name, field := range map[string]**int64{"limit": &req.Limit, "timeout_ms": &req.TimeoutMS} {
		if !q.Has(name) {
			continue
		}
		if *field != nil {
			return wire.ErrBadRequest.Errorf("%s is given in the body and in the query string; give it once", name)
		}
		n, err := strconv.ParseInt(q.Get(name), 10, 64)
		if err != nil {
			return wire.ErrBadRequest.Errorf("%s takes a whole number, not %q", name, q.Get(name))
		}
		*field = &n
	}
	return nil
}

func check(req query.Request, accept string, c Config) (statement, error) {
	s := statement{sql: req.SQL, params: req.Params, format: req.Format, timeout: c.DefaultTimeout.Std()}
	if s.format == "" {
		s.format = negotiate(accept)
	}
	if err := checkFormat(s.format); err != nil {
		return s, err
	}
	if err := checkParams(req.Params); err != nil {
		return s, err
	}
	var err error
	if s.asOf, err = query.ParseAsOf(req.AsOf); err != nil {
		return s, wire.ErrBadRequest.Errorf("%s", err)
	}
	if s.format == query.JSON {
		s.limit = query.DefaultLimit
	}
	if req.Limit != nil {
		s.limit = *req.Limit
		switch {
		case s.limit < 1:
			return s, wire.ErrBadRequest.Errorf("limit is %d; it must be at least 1", s.limit)
		case s.format == query.JSON && s.limit > query.MaxLimit:
			return s, wire.ErrBadRequest.Errorf("limit is %d; json takes at most %d, the other formats any", s.limit, query.MaxLimit).
				With("limit", query.MaxLimit)
		}
	}
	if req.TimeoutMS != nil {
		most := c.MaxTimeout.Std()
		if *req.TimeoutMS < 1 || *req.TimeoutMS > most.Milliseconds() {
			return s, wire.ErrBadRequest.Errorf("timeout_ms is %d; it must be from 1 to %d ([queryd] max_timeout)", *req.TimeoutMS, most.Milliseconds()).
				With("limit", most.Milliseconds())
		}
		s.timeout = time.Duration(*req.TimeoutMS) * time.Millisecond
	}
	return s, nil
}

func checkFormat(f query.Format) error {
	switch f {
	case query.JSON, query.NDJSON, query.CSV, query.Arrow, query.Parquet:
		return nil
	}
	return wire.ErrBadRequest.Errorf("format %q is none of json, ndjson, csv, arrow, parquet", f)
}

// checkParams refuses what is no scalar before a worker is asked.
func checkParams(params []json.RawMessage) error {
	if len(params) > maxParams {
		return wire.ErrBadRequest.Errorf("%d params are given; at most %d are allowed", len(params), maxParams).With("limit", maxParams)
	}
	for i, param := range params {
		if len(param) > 0 && (param[0] == '[' || param[0] == '{') {
			return wire.ErrBadRequest.Errorf("params[%d] is a list or an object; a parameter is a number, a string, a boolean or null", i)
		}
	}
	return nil
}

// mediaTypes are the formats by the name that Accept and Content-Type know.
func mediaType(f query.Format) string {
	switch f {
	case query.NDJSON:
		return "application/x-ndjson"
	case query.CSV:
		return "text/csv; charset=utf-8; header=present"
	case query.Arrow:
		return "application/vnd.apache.arrow.stream"
	case query.Parquet:
		return "application/vnd.apache.parquet"
	}
	return "application/json"
}

// negotiate gives the format that an Accept header likes best: the known media
// type with the highest weight, the first of equals. JSON answers everything
// else.
func negotiate(accept string) query.Format {
	best, weight := query.JSON, 0.0
	for item := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		if format, known := formatOf(media); known && q > weight {
			best, weight = format, q
		}
	}
	return best
}

func formatOf(media string) (query.Format, bool) {
	switch media {
	case "application/json", "application/*", "*/*":
		return query.JSON, true
	case "application/x-ndjson", "application/ndjson":
		return query.NDJSON, true
	case "text/csv":
		return query.CSV, true
	case "application/vnd.apache.arrow.stream":
		return query.Arrow, true
	case "application/vnd.apache.parquet":
		return query.Parquet, true
	}
	return "", false
}
