package queryd

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// sqlReads serves POST /sql/reads.
func (s *server) sqlReads(w http.ResponseWriter, r *http.Request) error {
	var of query.ReadsRequest
	if err := wire.ReadJSON(r, &of); err != nil {
		return err
	}
	if strings.TrimSpace(of.SQL) == "" {
		return invalid("the statement is empty; send {\"sql\": \"SELECT …\"}", -1)
	}
	asOf, err := query.ParseAsOf(of.AsOf)
	if err != nil {
		return wire.ErrBadRequest.Errorf("%s", err)
	}
	ctx, q := s.jobs.begin(r.Context(), statement{sql: of.SQL, timeout: s.config.DefaultTimeout.Std(), caller: callerOf(r.Header)})
	defer s.jobs.end(q)
	var reads query.Reads
	err = s.parse(ctx, q, func(session *duck.Session, parsed *duck.Statement) error {
		reads, err = s.look(ctx, session, parsed, asOf)
		return err
	})
	if err != nil {
		return problemOf(ctx, q, err)
	}
	return wire.WriteJSON(w, http.StatusOK, reads)
}

// look finds what a statement reads.
func (s *server) look(ctx context.Context, session *duck.Session, parsed *duck.Statement, asOf query.AsOf) (query.Reads, error) {
	read, err := s.resolve(ctx, parsed.Tables, asOf)
	if err != nil {
		return query.Reads{}, err
	}
	steady, err := parseViews(ctx, session, read)
	return query.Reads{Sources: read.sources(), Repeatable: steady && parsed.Repeatable}, err
}

// reportReads says in an answer's header what it was made of.
func reportReads(h http.Header, read *tables) {
	if report := read.report(); report != "" {
		h.Set(query.HeaderReads, report)
		asOf, _ := json.Marshal(query.Reads{Sources: read.sources()}.AsOf()) // of numbers and texts
		if len(asOf) <= maxAsOf {
			h.Set(query.HeaderAsOf, string(asOf))
		}
	}
}

// Bounds of headers, which proxies do not pass at any length.
const (
	maxReads = 4000
	maxAsOf  = 2000
)

// report names what is read in a header.
func (t *tables) report() string {
	report := ""
	for i, source := range t.sources() {
		part := source.String()
		if len(report)+len(part) > maxReads {
			return report + ", ..."
		}
		if i > 0 {
			report += ", "
		}
		report += part
	}
	return report
}

// String names what is read in the log.
func (t *tables) String() string {
	return strings.ReplaceAll(query.Reads{Sources: t.sources()}.String(), ",", "")
}

// sources are the views, and then the datasets, by name.
func (t *tables) sources() []query.Source {
	sources := []query.Source{}
	for _, name := range byName(t.views) {
		v := t.views[name]
		sources = append(sources, query.Source{Name: name.String(), Kind: query.SourceView, ID: v.ViewID, Version: v.Version})
	}
	for _, name := range t.datasets() {
		m := t.manifests[name]
		sources = append(sources, query.Source{Name: name.String(), Kind: query.SourceDataset, ID: m.DatasetID, Version: m.Version})
	}
	return sources
}
