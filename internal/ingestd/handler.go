package ingestd

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maxIdempotencyKey bounds the Idempotency-Key, in bytes.
const maxIdempotencyKey = 255

func (d *ingestd) handleIngest(w http.ResponseWriter, r *http.Request) error {
	start := time.Now()
	opts, key, err := parseRequest(r)
	if err != nil {
		d.metrics.record(ingest.Answer{}, err)
		return err
	}
	if rate := d.config.MinUploadRate; rate > 0 && r.Body != nil {
		r.Body = &pacedBody{ReadCloser: r.Body, rate: rate, window: d.paceWindow, now: time.Now}
	}
	if opts.async {
		if err = explainFull(d.submit(w, r, opts, key)); err != nil {
			d.metrics.record(ingest.Answer{}, err)
		}
		return err
	}
	answer, err := d.ingest(r, opts, key)
	err = explainFull(err)
	d.metrics.record(answer, err)
	if err != nil {
		return err
	}
	answer.ElapsedMS = time.Since(start).Milliseconds()
	service.Annotate(r.Context(), slog.String("dataset", answer.Dataset), slog.Int64("version", answer.Version),
		slog.Int64("rows", answer.Rows), slog.Int64("rejected", answer.Rejected), slog.Bool("unchanged", answer.Unchanged))
	status := http.StatusCreated
	if answer.Unchanged {
		status = http.StatusOK
	}
	return wire.WriteJSON(w, status, answer)
}

func parseRequest(r *http.Request) (opts options, key string, err error) {
	if opts, err = parseOptions(r.URL.Query()); err != nil {
		return opts, "", err
	}
	key = r.Header.Get(wire.HeaderIdempotencyKey)
	if len(key) > maxIdempotencyKey {
		return opts, key, wire.ErrBadRequest.Errorf("the Idempotency-Key is over %d bytes", maxIdempotencyKey)
	}
	return opts, key, nil
}

// ingest takes a request's files from the wire to their version.
func (d *ingestd) ingest(r *http.Request, opts options, key string) (answer ingest.Answer, err error) {
	leave, err := d.admit()
	if err != nil {
		return answer, err
	}
	defer leave()
	inputs, fileName, done, err := d.openInputs(r, opts)
	if err != nil {
		return answer, err
	}
	defer done()
	name, err := opts.datasetName(fileName)
	if err != nil {
		return answer, err
	}
	ws, err := d.spool.newWorkspace()
	if err != nil {
		return answer, err
	}
	defer func() {
		if err := ws.remove(); err != nil {
			d.log.Warn("a spool folder was left; the next start removes it", "error", err)
		}
	}()
	b := &batch{ingestd: d, ws: ws, opts: opts, name: name, key: key, follow: unfollowed{}, timer: timer{d.metrics, time.Now()}}
	return b.run(r.Context(), inputs)
}

// openInputs finds what a request wants to be loaded, and what its dataset would be
// named after. done releases it.
func (d *ingestd) openInputs(r *http.Request, opts options) (inputs []input, fileName string, done func(), err error) {
	if len(opts.sources) > 0 {
		refs, err := d.wanted(r, opts)
		return d.objectInputs(refs, func(int) {}), sourceName(opts.sources), func() {}, err
	}
	up, err := openUpload(r, d.config.MaxExpansion)
	if err != nil {
		return nil, "", nil, err
	}
	open := func(context.Context) (*upload, error) { return up, nil }
	return []input{{open: open}}, up.fileName, up.close, nil
}

// wanted settles which objects a request without a body wants to be loaded.
func (d *ingestd) wanted(r *http.Request, opts options) ([]objectRef, error) {
	if err := wantNoBody(r); err != nil {
		return nil, err
	}
	return d.findObjects(r.Context(), opts.sources)
}

// columnsOf shows a version's columns as the ingest API does.
func columnsOf(columns []catalog.Column, formats map[string]string) []ingest.Column {
	shown := make([]ingest.Column, len(columns))
	for i, c := range columns {
		shown[i] = ingest.Column{Name: c.Name, Type: c.Type, Nullable: c.Nullable, Format: formats[c.Name]}
	}
	return shown
}
