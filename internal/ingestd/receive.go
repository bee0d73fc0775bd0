package ingestd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"

	"github.com/zeebo/blake3"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// inputFile is the name of the upload in its workspace.
const inputFile = "input"

// receiveBuffer is how much of an upload is in hand at once: what was read is
// still in the processor's cache when it is spooled and hashed.
const receiveBuffer = 256 << 10

// relayBuffers is how many of those may wait for the scanner.
const relayBuffers = 32

// upload is the file of a request, before it was read.
type upload struct {
	fileName string // of a multipart part, or ""
	body     io.Reader
	parts    *multipart.Reader // nil for a raw body
	format   string            // that the media type names, or ""
	done     func()            // releases what reading the body took; nil where nothing
}

// close ends the reading of the upload. It may be called again.
func (u *upload) close() {
	if u.done != nil {
		u.done()
		u.done = nil
	}
}

// openUpload finds the file in a request: the body itself, or the one part
// named "file" of a form. Where Content-Encoding says so, the body is unpacked
// first.
func openUpload(r *http.Request, maxRatio int64) (*upload, error) {
	done, err := decodeContent(r, maxRatio)
	if err != nil {
		return nil, err
	}
	up, err := findFile(r)
	if err != nil {
		done()
		return nil, err
	}
	up.done = done
	return up, nil
}

// decodeContent undoes the Content-Encoding of a request.
func decodeContent(r *http.Request, maxRatio int64) (done func(), err error) {
	var p packing
	switch enc := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
		return func() {}, nil
	case "gzip", "x-gzip":
		p = gzipped
	case "zstd":
		p = zstandard
	default:
		return nil, wire.ErrNotSupported.Errorf("Content-Encoding %s is not supported; send the file as it is, or with gzip or zstd", enc)
	}
	u := unpack(bufio.NewReaderSize(r.Body, receiveBuffer), p, maxRatio)
	r.Body = bodyReader{u, r.Body}
	return u.close, nil
}

func findFile(r *http.Request) (*upload, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && jsonMedia(media):
		return &upload{body: r.Body, format: formatJSON}, nil
	case media == "application/vnd.apache.parquet", media == "application/x-parquet", media == "application/parquet":
		return &upload{body: r.Body, format: formatParquet}, nil
	case err != nil, media == "text/csv", media == "application/octet-stream", media == "text/plain", media == "text/tab-separated-values":
		return &upload{body: r.Body}, nil
	case media == "application/x-www-form-urlencoded":
		return nil, wire.ErrBadRequest.Errorf("the body came as a form, as curl -d sends it, without its line ends; use -F file=@FILE, or --data-binary @FILE with -H 'Content-Type: text/csv'")
	case media != "multipart/form-data":
		return nil, wire.ErrNotSupported.Errorf("files of the type %s are not supported; send CSV, JSON or Parquet", media)
	}
	r.Body = bodyReader{bufio.NewReaderSize(r.Body, receiveBuffer), r.Body} // multipart reads 4 KiB at a time
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, formProblem(err)
	}
	part, err := parts.NextPart()
	switch {
	case errors.Is(err, io.EOF):
		return nil, wire.ErrBadRequest.Errorf("the form is empty; send the file as the field \"file\"")
	case err != nil:
		return nil, formProblem(err)
	case part.FormName() != "file":
		return nil, wire.ErrBadRequest.Errorf("the form has the field %q; send one field, \"file\", and the options in the query string", part.FormName())
	}
	return &upload{fileName: part.FileName(), body: part, parts: parts}, nil
}

// jsonMedia tells the media types of JSON, alone or by the line.
func jsonMedia(media string) bool {
	switch media {
	case "application/json", "text/json", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines":
		return true
	}
	return false
}

// formProblem explains a form that breaks off. What is wrong with the body below
// the form is said as it is.
func formProblem(err error) error {
	var problem *wire.Problem
	if errors.As(err, &problem) {
		return problem
	}
	return wire.ErrBadRequest.Errorf("the form cannot be read: %v", err)
}

type bodyReader struct {
	io.Reader
	io.Closer
}

// finish makes sure that nothing follows the file.
func (u *upload) finish() error {
	if u.parts == nil {
		return nil
	}
	part, err := u.parts.NextPart()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return formProblem(err)
	}
	return wire.ErrBadRequest.Errorf("the form has a second field, %q; send one file in a request", part.FormName())
}

// received is an upload that lies in the spool, unpacked.
type received struct {
	sent int64    // bytes of the file as it was sent
	path string   // where it lies
	size int64    // bytes that it holds
	hash [32]byte // BLAKE3, half the cost of SHA-256 on a processor with instructions for it
	// encoding is what the file is in for certain, by its beginning or by the
	// caller's word, where it is to be made UTF-8 before it is scanned.
	encoding string
	format   string // its name; "": not known yet
	recoded  bool   // the file at path was made UTF-8
	warnings []string
	scan     scan
	err      error // what the scan says against the file; size and hash hold all the same
}

// receive spools the upload, hashes it and scans it, all in one pass. The error
// is about the upload itself; what is wrong with the file is in received.err.
func receive(ctx context.Context, ws *workspace, u *upload, bounds bounds, pick picker) (*received, error) {
	file, err := os.OpenFile(ws.path(inputFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	got := &received{path: file.Name()}
	hash := blake3.New()
	scanned := newRelay(relayBuffers, receiveBuffer)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		got.scanAs(ctx, scanned, pick)
		// The scan may end early; the upload must be taken to its end.
		_, err := io.Copy(io.Discard, scanned)
		return err
	})
	group.Go(func() error {
		err := got.fill(scanned, u, bounds, io.MultiWriter(file, hash))
		scanned.CloseWithError(err) // nil ends the scan with io.EOF
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, uploadProblem(err, bounds.bytes)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("spool the upload: %w", err)
	}
	hash.Sum(got.hash[:0])
	return got, nil
}

// bounds are what an upload may come to.
type bounds struct {
	bytes     int64 // of the file, unpacked; 0: as the disk holds
	expansion int64 // bytes that come of one compressed byte, at most
}

// fill takes the upload to its end, unpacking it where it is compressed. What goes
// into the relay was written to tap before.
func (got *received) fill(relay *relay, u *upload, bounds bounds, tap io.Writer) error {
	sent := &counted{r: u.body}
	body, done, err := unpackByMagic(sent, bounds.expansion)
	if err != nil {
		return err
	}
	defer done()
	got.size, err = relay.fill(&boundedReader{r: body, left: bounds.bytes, unbounded: bounds.bytes == 0}, tap)
	got.sent = sent.n
	if err != nil {
		return err
	}
	return u.finish()
}

var errTooLarge = errors.New("over the limit")

// boundedReader fails once the upload is over its limit.
type boundedReader struct {
	r         io.Reader
	left      int64
	unbounded bool
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 && !b.unbounded {
		return 0, errTooLarge
	}
	return n, err
}

func uploadProblem(err error, limit int64) error {
	var problem *wire.Problem
	switch {
	case errors.As(err, &problem):
		return err
	case errors.Is(err, errTooLarge):
		return ingest.ErrFileTooLarge.Errorf("the file is over %d bytes, unpacked where it came compressed; split it, or raise [ingestd] max_file_bytes", limit).With("limit", limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return wire.ErrBadRequest.Errorf("the upload ended before its end; nothing was loaded: send it again").Because(err)
	}
	return fmt.Errorf("receive the upload: %w", err)
}

// scanAs scans the file in the format that its beginning tells.
func (got *received) scanAs(ctx context.Context, r io.Reader, pick picker) {
	in := bufio.NewReaderSize(r, headBytes) // which larger reads pass by
	head, err := in.Peek(headBytes)
	if err != nil && err != io.EOF {
		got.err = err
		return
	}
	var f format
	if f, got.encoding = pick(head); f != nil {
		got.format = f.name()
		got.scan, got.err = f.scan(ctx, in)
	}
}

// rescan reads the spooled file again, for another target.
func (got *received) rescan(ctx context.Context, pick picker) error {
	file, err := os.Open(got.path)
	if err != nil {
		return err
	}
	defer file.Close()
	got.scan, got.err = nil, nil
	got.scanAs(ctx, file, pick)
	return ctx.Err()
}

// magics are the first bytes of files that are often sent for CSV.
var magics = []struct{ prefix, what string }{
	{"PK\x03\x04", "a ZIP archive or an Excel workbook; save it as CSV (UTF-8)"},
	{"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV (UTF-8)"},
	{parquetMagic, "a Parquet file; send it with format=parquet, without options of texts"},
	{"\x1f\x8b", "compressed twice; unpack it once"},
	{"\x28\xb5\x2f\xfd", "compressed twice; unpack it once"},
	{"BZh", "compressed with bzip2; compress it with gzip or zstd, or send it unpacked"},
	{"\xfd7zXZ", "compressed with xz; compress it with gzip or zstd, or send it unpacked"},
	{"%PDF", "a PDF document; export the table as CSV"},
}

// foreign names the kind of a file that is not CSV at all, or "".
func foreign(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, 8)
	n, _ := io.ReadFull(file, head)
	for _, m := range magics {
		if bytes.HasPrefix(head[:n], []byte(m.prefix)) {
			return strings.TrimSpace(m.what)
		}
	}
	return ""
}
