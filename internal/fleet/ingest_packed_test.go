package fleet_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t *testing.T, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return string(w.EncodeAll([]byte(text), nil))
}

// form makes a multipart body of one file.
func form(t *testing.T, fileName, content string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", fileName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

// A compressed file is what it holds: the same rows, the same content, the name
// without the ending of the compression; and its damage is its own.
func TestCompressedFiles(t *testing.T) {
	const limit = 1 << 20
	l := startLake(t, func(c *fleet.Config) { c.Ingestd.MaxFileBytes = limit })
	const csv = "zip,n\n01234,1\n98765,2\n"
	l.mustIngest("name=plain", csv)
	for what, c := range map[string]struct{ encoding, body string }{
		"gzip by magic":        {"", gzipped(t, csv)},
		"zstd by magic":        {"", zstded(t, csv)},
		"gzip by header":       {"gzip", gzipped(t, csv)},
		"zstd by header":       {"zstd", zstded(t, csv)},
		"a .gz sent with gzip": {"gzip", gzipped(t, gzipped(t, csv))},
	} {
		header := http.Header{"Content-Type": {"text/csv"}}
		if c.encoding != "" {
			header.Set("Content-Encoding", c.encoding)
		}
		status, doc := l.sendWith(header, http.MethodPost, "/v1/ingest?name=plain", c.body)
		if status != http.StatusOK || doc["unchanged"] != true {
			t.Errorf("%s: the same content was not known again: %d %v", what, status, doc)
		}
	}
	contentType, body := form(t, "Week 44.CSV.gz", gzipped(t, csv))
	status, doc := l.send(http.MethodPost, "/v1/ingest", contentType, body)
	if status != http.StatusCreated || doc["dataset"] != "week_44" || doc["bytes_in"] != float64(len(gzipped(t, csv))) {
		t.Errorf("a form: %d %v", status, doc)
	}
	if got := l.rows("SELECT zip, n FROM week_44 ORDER BY n"); strings.Join(got, " ") != `"01234"|1 "98765"|2` {
		t.Errorf("rows %v", got)
	}
	for what, c := range map[string]struct {
		encoding, body string
		status         int
		code, says     string
	}{
		"truncated":        {"", gzipped(t, csv)[:20], 422, "bad_file", "truncated"},
		"garbage behind":   {"", zstded(t, csv) + "zip,n\n", 422, "bad_file", "other bytes"},
		"twice":            {"", gzipped(t, gzipped(t, csv)), 422, "bad_file", "compressed twice"},
		"no gzip":          {"gzip", csv, 422, "bad_file", "cannot be read as gzip"},
		"over the bound":   {"", gzipped(t, "a\n"+strings.Repeat("1", limit)), 413, "file_too_large", "max_file_bytes"},
		"another encoding": {"br", csv, 400, "not_supported", "gzip or zstd"},
	} {
		header := http.Header{"Content-Type": {"text/csv"}}
		if c.encoding != "" {
			header.Set("Content-Encoding", c.encoding)
		}
		status, doc := l.sendWith(header, http.MethodPost, "/v1/ingest?name=x", c.body)
		if status != c.status || doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc["detail"]), c.says) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	if got := l.datasets(); len(got) != 2 {
		t.Errorf("datasets %q", got)
	}
}
