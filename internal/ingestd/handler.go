package ingestd

import (
	"errors"
	"log/slog"
	"net/http"
	"syscall"
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
	answer, err := d.ingest(r)
	if errors.Is(err, syscall.ENOSPC) {
		err = spoolFull(err)
	}
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

// ingest takes a request's file from the wire to its version.
func (d *ingestd) ingest(r *http.Request) (answer ingest.Answer, err error) {
	opts, err := parseOptions(r.URL.Query())
	if err != nil {
		return answer, err
	}
	key := r.Header.Get(wire.HeaderIdempotencyKey)
	if len(key) > maxIdempotencyKey {
		return answer, wire.ErrBadRequest.Errorf("the Idempotency-Key is over %d bytes", maxIdempotencyKey)
	}
	leave, err := d.admit()
	if err != nil {
		return answer, err
	}
	defer leave()
	up, err := openUpload(r, d.config.MaxExpansion)
	if err != nil {
		return answer, err
	}
	defer up.close()
	if opts.format == "" {
		opts.format = up.format
	}
	name, err := opts.datasetName(up.fileName)
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
	l := &load{ingestd: d, ws: ws, opts: opts, name: name, key: key, timer: timer{d.metrics, time.Now()}}
	return l.run(r.Context(), up)
}

// columnsOf shows a version's columns as the ingest API does.
func columnsOf(columns []catalog.Column, formats map[string]string) []ingest.Column {
	shown := make([]ingest.Column, len(columns))
	for i, c := range columns {
		shown[i] = ingest.Column{Name: c.Name, Type: c.Type, Nullable: c.Nullable, Format: formats[c.Name]}
	}
	return shown
}
