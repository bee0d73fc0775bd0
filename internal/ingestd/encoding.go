package ingestd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// textFile is the name of the upload in its workspace once it was made UTF-8.
const textFile = "text"

// utf8Name is the encoding that needs no work.
const utf8Name = "utf-8"

// parseEncoding reads the parameter encoding, by the names that web pages use
// ("" where it is not given). latin1 and iso-8859-1 are windows-1252, as there.
func parseEncoding(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	found, err := htmlindex.Get(given)
	if err != nil {
		return "", ingest.ErrBadOption.Errorf("encoding=%q is not known; use utf-8, utf-16le, utf-16be, windows-1252, windows-1250, iso-8859-2, shift_jis or another of the names that web pages use", given)
	}
	name, err := htmlindex.Name(found)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return "", ingest.ErrBadOption.Errorf("encoding=%q is no encoding of files; use utf-8, utf-16le, windows-1252 or another", given)
	}
	return name, nil
}

// utf16Name tells UTF-16 by its byte order mark, or where there is none by its
// ASCII: text in which half of the units are ASCII in the one byte order and
// hardly any in the other is nothing else. "" is everything but that.
func utf16Name(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16be"
	}
	units, little, big := len(head)/2, 0, 0
	for i := 0; i+1 < len(head); i += 2 {
		if plainUnit(binary.LittleEndian.Uint16(head[i:])) {
			little++
		}
		if plainUnit(binary.BigEndian.Uint16(head[i:])) {
			big++
		}
	}
	switch {
	case units < 4:
	case little*2 > units && big*100 <= units:
		return "utf-16le"
	case big*2 > units && little*100 <= units:
		return "utf-16be"
	}
	return ""
}

func plainUnit(u uint16) bool { return u >= ' ' && u < 0x7f || u == '\n' || u == '\r' || u == '\t' }

// settleEncoding makes the received file UTF-8 where it is not, if it is certain
// what it is, and scans it then. A file that is UTF-8 but for some bytes is left as
// it is: its lines are told, or go to quarantine.
func (l *load) settleEncoding(ctx context.Context) error {
	name, rewritten := l.got.encoding, l.opts.dialect != (dialect{})
	if name == "" && (l.got.notUTF8() || rewritten) && l.opts.encoding == "" {
		western, err := isWestern(ctx, l.got.path)
		if err != nil {
			return err
		}
		if western {
			name = "windows-1252"
		}
	}
	if name == "" {
		name = utf8Name
	}
	if name == utf8Name && !rewritten {
		return nil
	}
	decoder, err := decoderOf(name)
	if err != nil {
		return err
	}
	text := l.ws.path(textFile)
	if err := recode(ctx, l.got.path, text, name, decoder, l.opts.dialect); err != nil {
		return err
	}
	if err := os.Remove(l.got.path); err != nil {
		return err
	}
	l.got.path, l.got.recoded = text, true
	if l.opts.encoding == "" && name != utf8Name {
		l.got.warnings = append(l.got.warnings, fmt.Sprintf("the file is not UTF-8 and was read as %s; say encoding=NAME if it is another", name))
	}
	return l.got.rescan(ctx, l.pick)
}

// notUTF8 reports that the scan met bytes that are no UTF-8.
func (got *received) notUTF8() bool {
	return errors.Is(got.err, csvscan.ErrBadEncoding) || got.err == nil && got.scan != nil && got.scan.verdict().notUTF8
}

// decoderOf makes the decoder of an encoding; what is UTF-8 is left as it is.
func decoderOf(name string) (transform.Transformer, error) {
	if name == utf8Name {
		return transform.Nop, nil
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder(), nil
}

// recode writes a file in UTF-8, and as usual CSV where it is of a dialect. What the encoding does not know refuses the file:
// no character is replaced.
func recode(ctx context.Context, from, to, name string, decoder transform.Transformer, d dialect) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	raw := &unitCounter{r: contextReader{ctx, in}, order: orderOf(name)}
	usual := &normaliser{dialect: d, w: out}
	made := &replacements{w: out}
	if d != (dialect{}) {
		made.w = usual
	}
	if _, err := io.CopyBuffer(made, struct{ io.Reader }{transform.NewReader(raw, decoder)}, make([]byte, receiveBuffer)); err != nil {
		return err
	}
	if err := usual.close(); err != nil {
		return err
	}
	if made.n != raw.n && name != utf8Name {
		return ingest.ErrBadFile.Errorf("the file is not %s: it has bytes on line %d that mean nothing in it; mend them, or say encoding=NAME", name, made.line).With("line", made.line)
	}
	return out.Close()
}

func orderOf(name string) binary.ByteOrder {
	switch {
	case strings.HasSuffix(name, "16le"):
		return binary.LittleEndian
	case strings.HasSuffix(name, "16be"):
		return binary.BigEndian
	}
	return nil
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// unitCounter counts the replacement characters that UTF-16 text holds by itself,
// which decoding it may write.
type unitCounter struct {
	r     io.Reader
	order binary.ByteOrder // nil: the encoding has none
	odd   []byte           // a byte without its other half
	n     int64
}

func (u *unitCounter) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.order == nil {
		return n, err
	}
	b := append(u.odd, p[:n]...)
	for len(b) >= 2 {
		if u.order.Uint16(b) == 0xfffd {
			u.n++
		}
		b = b[2:]
	}
	u.odd = append([]byte{}, b...)
	return n, err
}

// replacements counts the replacement characters written, and tells the line of
// the first.
type replacements struct {
	w     io.Writer
	n     int64
	line  int64 // of the first, from 1; that of the end while there is none
	carry []byte
}

func (r *replacements) Write(p []byte) (int, error) {
	b := append(r.carry, p...)
	found := bytes.Count(b, []byte("\ufffd"))
	if r.n == 0 {
		end := len(b)
		if found > 0 {
			end = bytes.Index(b, []byte("\ufffd"))
		}
		r.line = max(r.line, 1) + int64(bytes.Count(b[:end], []byte("\n")))
	}
	r.n += int64(found)
	// The beginning of one may stand at the end. It holds no line end, so that
	// nothing is counted twice.
	keep := 0
	for k := min(2, len(b)); k > 0; k-- {
		if bytes.HasSuffix(b, []byte("\ufffd")[:k]) {
			keep = k
			break
		}
	}
	r.carry = append([]byte{}, b[len(b)-keep:]...)
	return r.w.Write(p)
}
