package storaged

import (
	"errors"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// FuzzDigest: a Content-Digest is read, ignored or refused, and one that was
// read is never taken for that of other bytes.
func FuzzDigest(f *testing.F) {
	for _, seed := range []string{"", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "sha-512=::", "md5=:AAAA:, sha-256=", "sha-256=:=:,sha-256=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		d, err := parseDigest(header)
		if err != nil {
			if !errors.Is(err, storage.ErrBadDigest) {
				t.Fatalf("%q: %v", header, err)
			}
			return
		}
		if d == nil {
			return
		}
		d.hash.Write([]byte("what nobody hashed: " + header))
		if d.check() == nil {
			t.Fatalf("%q is taken for the digest of something else", header)
		}
	})
}
