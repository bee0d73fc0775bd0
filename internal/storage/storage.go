// Package storage is the contract of storaged: objects by key, and a client.
//
// What storaged promises:
//
//   - A PUT is answered when the object is durable: on local disk after fsync of
//     the file and of its directory, on S3 after S3 said so. An interrupted PUT
//     leaves the previous object, wholly.
//   - Conditional writes (If-Match, If-None-Match: *) are atomic with the write:
//     of any number of writers that hold the same ETag, exactly one wins; the
//     others get [ErrPreconditionFailed].
//   - A GET that has started reads one version of the object to its end.
//   - A listing is in the byte order of the keys, and holds every object that
//     was acknowledged before it began and not deleted since.
//
// Keys are UTF-8, 1 to 1,024 bytes, segments separated by '/': see [CheckKey].
package storage

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of the storage API.
var (
	ErrBadKey             = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_key", Title: "Bad key"}
	ErrObjectNotFound     = &wire.Kind{Status: http.StatusNotFound, Code: "object_not_found", Title: "No such object"}
	ErrBucketNotFound     = &wire.Kind{Status: http.StatusNotFound, Code: "bucket_not_found", Title: "No such bucket"}
	ErrPreconditionFailed = &wire.Kind{Status: http.StatusPreconditionFailed, Code: "precondition_failed", Title: "Precondition failed"}
	ErrObjectTooLarge     = &wire.Kind{Status: http.StatusRequestEntityTooLarge, Code: "object_too_large", Title: "Object too large"}
	ErrRange              = &wire.Kind{Status: http.StatusRequestedRangeNotSatisfiable, Code: "range_not_satisfiable", Title: "Range not satisfiable"}
	ErrTooManyWrites      = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "too_many_writes", Title: "Too many writes"}
	ErrIncomplete         = &wire.Kind{Status: http.StatusBadRequest, Code: "incomplete_body", Title: "Incomplete body"}
	ErrBadDigest          = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_digest", Title: "Bad digest"}
	ErrStorageFull        = &wire.Kind{Status: http.StatusInsufficientStorage, Code: "storage_full", Title: "Storage full"}
	ErrDiskReserve        = &wire.Kind{Status: http.StatusInsufficientStorage, Code: "disk_reserve", Title: "Disk reserve reached"}
	ErrReservedKey        = &wire.Kind{Status: http.StatusForbidden, Code: "reserved_key", Title: "Reserved key"}
)

// MaxKeyBytes is the longest key.
const MaxKeyBytes = 1024

// DefaultBucket is the bucket of a configuration that names none.
const DefaultBucket = "lakehouse-go-primary"

// Object describes one stored object. ETag is the quoted HTTP entity tag; it
// changes with every write, also of equal bytes on some backends.
type Object struct {
	Key        string    `json:"key"`
	Size       int64     `json:"size"`
	ETag       string    `json:"etag"`
	ModifiedAt time.Time `json:"modified_at"`
}

// Stored is the answer to a PUT.
type Stored struct {
	Key  string `json:"key"`
	Size int64  `json:"size"`
	ETag string `json:"etag"`
}

// Listing is one page of keys in byte order. NextCursor is null on the last.
type Listing struct {
	Objects    []Object `json:"objects"`
	Prefixes   []string `json:"prefixes"`
	NextCursor *string  `json:"next_cursor"`
}

// Bucket describes one configured bucket. Root is the folder that holds the
// objects of a local bucket, for a reader on the same box; Instance identifies
// that folder ([InstanceFile] in it holds the same text), so that such a reader
// can tell that it looks at the same disk. Of a bucket in S3, Endpoint, Region and
// PathStyle tell where a reader with a key of its own finds it; Secret names the
// section [s3.NAME] of the secrets file, and is none itself.
type Bucket struct {
	Name     string `json:"name"`
	Default  bool   `json:"default"`
	Backend  string `json:"backend"` // "local" or "s3"
	Root     string `json:"root,omitempty"`
	Instance string `json:"instance,omitempty"`
	// Of a local bucket: what is free on its disk, and what of that is kept in reserve.
	FreeBytes    *int64 `json:"free_bytes,omitempty"`
	ReserveBytes *int64 `json:"reserve_bytes,omitempty"`
	// What an object may have at most; 0 where an older storaged does not tell.
	MaxObjectBytes int64 `json:"max_object_bytes,omitempty"`

	Endpoint  string `json:"endpoint,omitempty"` // scheme, host and port
	Region    string `json:"region,omitempty"`
	PathStyle bool   `json:"path_style,omitempty"`
	Secret    string `json:"secret,omitempty"`
}

// Buckets is the answer to GET /storage/buckets.
type Buckets struct {
	Buckets []Bucket `json:"buckets"`
}

// Condition guards a write. The zero value writes unconditionally.
type Condition struct {
	IfMatch     string // only over the object with this ETag
	IfNoneMatch bool   // only where no object is
}

// CheckKey returns [ErrBadKey] for a key that storaged refuses: empty, over
// [MaxKeyBytes], not UTF-8, with a control character, with an empty, "." or ".."
// segment.
func CheckKey(key string) error {
	switch {
	case key == "":
		return ErrBadKey.Errorf("the key is empty")
	case len(key) > MaxKeyBytes:
		return ErrBadKey.Errorf("the key is %d bytes long; at most %d are allowed", len(key), MaxKeyBytes).With("limit", MaxKeyBytes)
	case !utf8.ValidString(key):
		return ErrBadKey.Errorf("the key is not UTF-8")
	}
	for _, c := range key {
		if c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) {
			return ErrBadKey.Errorf("the key holds the control character %U", c)
		}
	}
	for segment := range strings.SplitSeq(key, "/") {
		switch segment {
		case "":
			return ErrBadKey.Errorf("the key has an empty segment (a leading, trailing or doubled slash)")
		case ".", "..":
			return ErrBadKey.Errorf("the key has the segment %q", segment)
		}
	}
	return nil
}

// CheckPrefix returns [ErrBadKey] for a prefix that no key can have: one that
// [CheckKey] would refuse however it went on.
func CheckPrefix(prefix string) error {
	if len(prefix) > MaxKeyBytes {
		return ErrBadKey.Errorf("the prefix is %d bytes long; keys have at most %d", len(prefix), MaxKeyBytes).With("limit", MaxKeyBytes)
	}
	folder := prefix[:strings.LastIndexByte(prefix, '/')+1]
	if err := CheckKey("x" + prefix[len(folder):]); err != nil || folder == "" {
		return err
	}
	return CheckKey(folder[:len(folder)-1])
}

// reserved are the folders that only the daemons write: a user of the storage
// API could otherwise harm a dataset.
var reserved = []string{"datasets/", "catalog/", "vectors/", "system/"}

// Reserved returns the folder that reserves key for the daemons, or "".
func Reserved(key string) string {
	for _, prefix := range reserved {
		if strings.HasPrefix(key, prefix) || key+"/" == prefix {
			return prefix
		}
	}
	return ""
}
