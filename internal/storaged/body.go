package storaged

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// upload is a request's body on its way to a store. It fails instead of ending
// where the bytes must not be stored: over the cap, cut short, or not those of
// the digest. Where the length is known it does so before the last byte.
type upload struct {
	body   io.Reader
	size   int64 // -1: unknown
	limit  int64
	read   int64
	digest *digest // nil: none was given
	over   func()  // called when the cap is passed
}

func (s *server) body(r *http.Request) (*upload, error) {
	over := func() { s.metrics.refused.WithLabelValues(storage.ErrObjectTooLarge.Code).Inc() }
	if r.ContentLength > s.config.MaxObjectBytes {
		over()
		return nil, tooLarge(s.config.MaxObjectBytes)
	}
	digest, err := parseDigest(strings.Join(r.Header.Values("Content-Digest"), ","))
	if err != nil {
		return nil, err
	}
	u := &upload{body: r.Body, size: r.ContentLength, limit: s.config.MaxObjectBytes, digest: digest, over: over}
	if r.ContentLength == 0 {
		return u, digest.check()
	}
	return u, nil
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	u.read += int64(n)
	if u.read > u.limit {
		u.over()
		return 0, tooLarge(u.limit)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, storage.ErrIncomplete.Errorf("the body ended after %d bytes, before it was whole", u.read)
	}
	if u.digest != nil {
		u.digest.hash.Write(p[:n])
		if u.read == u.size || err == io.EOF {
			if err := u.digest.check(); err != nil {
				return 0, err
			}
		}
	}
	return n, err
}

func tooLarge(limit int64) error {
	return storage.ErrObjectTooLarge.Errorf("the object is over the cap of %d bytes ([storaged] max_object_bytes); split it, or raise the cap", limit).
		With("limit", limit)
}

// digest is what a Content-Digest header (RFC 9530) says of a body.
type digest struct {
	name string
	hash hash.Hash
	want []byte
}

// parseDigest takes the strongest digest that it knows; others are ignored, as
// the RFC asks. It returns nil where there is none.
func parseDigest(header string) (*digest, error) {
	var found *digest
	for member := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		d := &digest{name: name}
		switch name {
		case "sha-256":
			d.hash = sha256.New()
		case "sha-512":
			d.hash = sha512.New()
		default:
			continue
		}
		text, closed := strings.CutSuffix(strings.TrimPrefix(value, ":"), ":")
		want, err := base64.StdEncoding.DecodeString(text)
		if err != nil || !closed || len(want) != d.hash.Size() {
			return nil, storage.ErrBadDigest.Errorf("Content-Digest: %s is not written as :BASE64: of its %d bytes", name, d.hash.Size())
		}
		d.want = want
		if found == nil || d.hash.Size() > found.hash.Size() {
			found = d
		}
	}
	return found, nil
}

// check compares the bytes hashed so far with what was said of them.
func (d *digest) check() error {
	if d == nil || subtle.ConstantTimeCompare(d.hash.Sum(nil), d.want) == 1 {
		return nil
	}
	return storage.ErrBadDigest.Errorf("the bytes that came do not have the %s of Content-Digest; send them again", d.name)
}
