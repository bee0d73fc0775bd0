package queryd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/lru"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/rows"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

const (
	// resultFraction is the part of the cache that one answer may take.
	resultFraction = 8
	// parsedBytes bounds the texts of statements whose tables are known.
	parsedBytes = 8 << 20
)

// resultKey stands for a statement with all that its answer depends on.
type resultKey [sha256.Size]byte

// cached is an answer as its client gets it; in JSON without what is new each time,
// the query's id before it and the milliseconds after it.
type cached struct {
	body      []byte
	rows      int64
	truncated string
	sql       string // its statement
	read      []versionRead
}

// results are the answers that may be given again, and what is known of the
// statements' texts, without which nobody could tell which tables they read.
type results struct {
	answers *lru.Cache[resultKey, cached]
	parsed  *lru.Cache[string, *duck.Statement]
}

func newResults(bound int64) *results {
	return &results{answers: lru.New(bound, resultFraction, answerBytes), parsed: lru.New(parsedBytes, resultFraction, textBytes)}
}

// keep keeps an answer with what is known of its statement. Where the text is too long
// to be known again, the answer would be held in vain.
func (r *results) keep(key resultKey, answer cached, statement *duck.Statement) {
	if textBytes(answer.sql, statement) > r.parsed.Most() {
		return
	}
	r.answers.Put(key, answer)
	r.parsed.Put(answer.sql, statement)
}

// recall answers a statement from the cache, if it can. It asks the catalog which
// versions its tables have now, so that an answer is that of now: data that was
// changed, erased or dropped has another key or none.
func (s *server) recall(ctx context.Context, w http.ResponseWriter, q *job) (done bool, err error) {
	if s.results.answers.Most() == 0 || q.fresh {
		return false, nil
	}
	known, ok := s.results.parsed.Get(q.sql)
	if !ok {
		return false, nil
	}
	if q.read, err = s.resolve(ctx, known.Tables, q.asOf); err != nil {
		return true, err
	}
	answer, hit := s.results.answers.Get(q.key(q.read))
	if !hit {
		return false, nil
	}
	s.metrics.hits.Inc()
	reportReads(w.Header(), q.read)
	q.rows.Store(answer.rows)
	service.Annotate(ctx, slog.String("tables", q.read.String()), slog.Bool("cached", true))
	return true, answer.send(ctx, w, q)
}

// record readies an answer to be kept, if the statement gives the same one again.
func (s *server) record(out *output, q *job, parsed *duck.Statement, read *tables) {
	if s.results.answers.Most() == 0 || !parsed.Repeatable {
		return
	}
	if !q.fresh {
		s.metrics.misses.Inc()
	}
	out.header().Set(query.HeaderCache, "miss")
	if q.private {
		return
	}
	key, versions := q.key(read), read.versions()
	out.copy = &answerCopy{most: s.results.answers.Most(), pool: &s.buffers, keep: func(body []byte) {
		s.results.keep(key, q.cut(cached{body: body, rows: q.rows.Load(), truncated: out.truncated, sql: q.sql, read: versions}), parsed)
	}}
}

// answerCopy gathers an answer beside its way to the client, unless it is too large:
// in pieces, which are lent, for nobody knows how long it becomes.
type answerCopy struct {
	most   int64
	pool   *buffers
	pieces [][]byte
	bytes  int64
	keep   func(body []byte)
}

func (c *answerCopy) add(p []byte) {
	if c == nil || c.over() {
		return
	}
	if c.bytes += int64(len(p)); c.over() {
		c.release()
		return
	}
	for len(p) > 0 {
		last := len(c.pieces) - 1
		if last < 0 || len(c.pieces[last]) == cap(c.pieces[last]) {
			c.pieces = append(c.pieces, c.pool.get())
			continue
		}
		piece := c.pieces[last]
		n := min(len(p), cap(piece)-len(piece))
		c.pieces[last], p = append(piece, p[:n]...), p[n:]
	}
}

// over tells that the answer is too large.
func (c *answerCopy) over() bool { return c.bytes > c.most }

// done keeps the answer, which is whole, in memory of its own.
func (c *answerCopy) done() {
	if c == nil || c.over() {
		return
	}
	body := slices.Concat(c.pieces...)
	c.release()
	c.keep(body)
}

func (c *answerCopy) release() {
	for _, piece := range c.pieces {
		c.pool.put(piece)
	}
	c.pieces = nil
}

// cut takes from an answer in JSON what is new each time.
func (q *job) cut(c cached) cached {
	if q.format == query.JSON {
		c.body = c.body[len(q.opening()):bytes.LastIndex(c.body, []byte(elapsedField))]
	}
	return c
}

// key is that of a statement over the versions that it reads: of its text, its
// parameters and form, of each table's name, dataset, version and columns, and of each
// view's version, which stands for its statement.
func (q *job) key(read *tables) resultKey {
	h := keyHash{sha256.New()}
	h.add(q.sql, string(q.format), strconv.FormatInt(q.limit, 10), strconv.Itoa(len(q.params)))
	for _, param := range q.params {
		h.add(string(param))
	}
	for _, name := range byName(read.views) {
		v := read.views[name]
		h.add(name.String(), v.ViewID, strconv.FormatInt(v.Version, 10))
	}
	for _, name := range read.datasets() {
		m := read.manifests[name]
		h.add(name.String(), m.DatasetID, strconv.FormatInt(m.Version, 10), strconv.FormatInt(m.SnapshotID, 10), strconv.Itoa(len(m.Columns)))
		for _, c := range m.Columns {
			h.add(strconv.Itoa(c.FieldID), c.Name, c.Type)
		}
	}
	return resultKey(h.Sum(nil))
}

// keyHash hashes texts so that no two lists of them are alike.
type keyHash struct{ hash.Hash }

func (h keyHash) add(texts ...string) {
	for _, text := range texts {
		h.Write(binary.AppendUvarint(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
}

// send writes the answer. It holds nothing but the connection: the body is shared,
// and the statement's deadline ends a write to a client that does not read.
func (c cached) send(ctx context.Context, w http.ResponseWriter, q *job) error {
	control := http.NewResponseController(w)
	unarm := context.AfterFunc(ctx, func() { _ = control.SetWriteDeadline(time.Now()) })
	header := w.Header()
	answerHeader(header, q.format)
	header.Set(query.HeaderCache, "hit")
	parts := [][]byte{c.body}
	if q.format == query.JSON {
		ending := strconv.AppendInt([]byte(elapsedField), time.Since(q.started).Milliseconds(), 10)
		parts = [][]byte{[]byte(q.opening()), c.body, append(ending, "}\n"...)}
		header.Set("Content-Length", strconv.Itoa(len(parts[0])+len(parts[1])+len(parts[2])))
	}
	w.WriteHeader(http.StatusOK)
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			unarm()
			return err
		}
	}
	if c.truncated != "" {
		header.Set(query.HeaderTruncated, c.truncated)
	}
	if !unarm() {
		return context.Cause(ctx)
	}
	return nil
}

// opening begins an answer in JSON, elapsedField is the last of its fields.
func (q *job) opening() string {
	return string(rows.AppendString([]byte(`{"query_id":`), q.id))
}

const elapsedField = `,"elapsed_ms":`

// caching reads what a request says of the cache: whether its answer must be made
// anew, and whether it may be kept.
func caching(h http.Header) (fresh, private bool) {
	for _, line := range h.Values("Cache-Control") {
		for directive := range strings.SplitSeq(strings.ToLower(line), ",") {
			switch strings.TrimSpace(directive) {
			case "no-store":
				fresh, private = true, true
			case "no-cache", "max-age=0":
				fresh = true
			}
		}
	}
	return fresh, private
}
