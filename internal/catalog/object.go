package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
)

// hashDigits is how many hex digits of an object's SHA-256 its name holds: 128
// bits, enough to notice any damage.
const hashDigits = 32

// ObjectKey makes the key of a new data object of a dataset, named by a fresh
// UUID: datasets/<dataset id>/data/<uuid>-<first 32 hex digits of its SHA-256>.parquet.
// The recorded hash travels with the object, wherever it is copied.
func ObjectKey(datasetID, uuid string, sum [sha256.Size]byte) string {
	return DataPrefix(datasetID) + uuid + "-" + hex.EncodeToString(sum[:])[:hashDigits] + ".parquet"
}

// DataPrefix is the folder of a dataset's data objects.
func DataPrefix(datasetID string) string { return "datasets/" + datasetID + "/data/" }

// RecordedHash gives the hex digits of the SHA-256 that an object's key records,
// or "" for a key that another writer named.
func RecordedHash(key string) string {
	base, isParquet := strings.CutSuffix(path.Base(key), ".parquet")
	if !isParquet || len(base) != 36+1+hashDigits || base[36] != '-' {
		return ""
	}
	digits := base[37:]
	if _, err := hex.DecodeString(digits); err != nil {
		return ""
	}
	return digits
}
