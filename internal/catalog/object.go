package catalog

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"time"
)

const hashDigits = 32 // of the object's SHA-256, in its name

// NewID gives a fresh UUIDv7: the id of a dataset, or of anything that is named
// once. Later ids sort after earlier ones, by the millisecond.
func NewID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMilli())<<16)
	_, _ = rand.Read(b[6:]) // never fails (crypto/rand, Go 1.24)
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

var idPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// IsID tells whether a text is written as [NewID] writes an id.
func IsID(text string) bool { return idPattern.MatchString(text) }

// ObjectKey gives a fresh key for a data file of a dataset:
// datasets/<dataset_id>/data/<uuid>-<hash>.parquet. sum is the SHA-256 of the
// file's bytes, whose first half travels in the name, so that whoever holds a
// copy can check it ([HashOf]).
func ObjectKey(datasetID string, sum [sha256.Size]byte) string {
	return DataPrefix(datasetID) + NewID() + "-" + hex.EncodeToString(sum[:])[:hashDigits] + ".parquet"
}

// DataPrefix is the folder of a dataset's data files, with a slash at its end.
func DataPrefix(datasetID string) string { return "datasets/" + datasetID + "/data/" }

// MetadataPrefix is the folder of a dataset's metadata. It is not empty from before the
// dataset's first version on.
func MetadataPrefix(datasetID string) string { return "datasets/" + datasetID + "/metadata/" }

var hashedName = regexp.MustCompile(`/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-([0-9a-f]{32})\.parquet$`)

// HashOf gives the first 32 hex digits of the SHA-256 that the object of this
// key must have. ok is false for a key that no [ObjectKey] made, for instance
// one that another Iceberg writer chose.
func HashOf(key string) (hash string, ok bool) {
	m := hashedName.FindStringSubmatch(key)
	if m == nil {
		return "", false
	}
	return m[1], true
}
