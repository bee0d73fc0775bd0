package ingestd

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// packing is a way in which a file, or the body of a request, is compressed.
type packing string

const (
	notPacked packing = ""
	gzipped   packing = "gzip"
	zstandard packing = "zstd"
)

// freeExpansion is how many bytes may come out of a compressed file whatever its
// ratio is: what harm they do, a plain upload of that size does too.
const freeExpansion = 64 << 20

// zstdWindow is the largest window that a zstd frame may ask for, in bytes: what
// zstd's strongest level takes.
const zstdWindow = 128 << 20

// packingOf tells a compressed file by its first bytes.
func packingOf(head []byte) packing {
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		return gzipped
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")),
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte("\x2a\x4d\x18")): // a frame to be skipped
		return zstandard
	}
	return notPacked
}

// unpacked reads what a compressed stream holds, all of its gzip members or zstd
// frames. What is wrong with the stream, bytes behind its end included, is a
// problem of the file; an error of the reader below is passed on as it is.
type unpacked struct {
	packing  packing
	in       *counted
	out      io.Reader
	release  func()
	given    int64
	maxRatio int64
}

// unpack reads r as p says; close releases what that takes.
func unpack(r io.Reader, p packing, maxRatio int64) *unpacked {
	return &unpacked{packing: p, in: &counted{r: r}, maxRatio: maxRatio, release: func() {}}
}

// open makes the decompressor, which reads the stream's header at once.
func (u *unpacked) open() error {
	switch u.packing {
	case gzipped:
		z, err := newGzipMembers(u.in)
		if err != nil {
			return err
		}
		u.out = z
	default:
		z, err := zstd.NewReader(newZstdFrames(u.in), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return err
		}
		u.out, u.release = z, z.Close
	}
	return nil
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.out == nil {
		if err := u.open(); err != nil {
			return 0, u.problem(err)
		}
	}
	n, err := u.out.Read(p)
	u.given += int64(n)
	if err != nil && err != io.EOF {
		return n, u.problem(err)
	}
	if u.given > freeExpansion && u.given > u.in.n*u.maxRatio {
		return 0, ingest.ErrBadFile.Errorf("the file is compressed with %s to less than 1/%d of what it holds, as a bomb is; send it unpacked, or raise [ingestd] max_expansion", u.packing, u.maxRatio).
			With("limit", u.maxRatio)
	}
	return n, err
}

// problem words what the decompressor says.
func (u *unpacked) problem(err error) error {
	var junk *junkError
	switch {
	case u.in.failed != nil:
		return u.in.failed
	case errors.As(err, &junk):
		return ingest.ErrBadFile.Errorf("the file is damaged: after the end of its %s stream, at offset %d, come other bytes, which begin no further stream; cut them off, or compress it again", u.packing, junk.offset).
			With("offset", junk.offset).Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return ingest.ErrBadFile.Errorf("the file is truncated: its %s stream does not come to its end; compress it again and send it whole", u.packing).Because(err)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return ingest.ErrBadFile.Errorf("the zstd stream needs a window over %d bytes; compress it without --long", zstdWindow).With("limit", int64(zstdWindow)).Because(err)
	}
	return ingest.ErrBadFile.Errorf("the file is damaged: it cannot be read as %s; compress it again", u.packing).Because(err)
}

// close releases the decompressor, and leaves the stream below to its owner.
func (u *unpacked) close() { u.release() }

// counted counts the bytes read, and keeps the error that ended them.
type counted struct {
	r      io.Reader
	n      int64
	failed error // other than io.EOF
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.failed = err
	}
	return n, err
}

// unpackByMagic reads a file that may be compressed, as its first bytes tell. done
// releases what that takes.
func unpackByMagic(r io.Reader, maxRatio int64) (body io.Reader, done func(), err error) {
	head := bufio.NewReaderSize(r, 4096) // which a larger read passes by, once the head was read
	first, err := head.Peek(4)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	p := packingOf(first)
	if p == notPacked {
		return head, func() {}, nil
	}
	u := unpack(bufio.NewReaderSize(head, receiveBuffer), p, maxRatio)
	return u, u.close, nil
}
