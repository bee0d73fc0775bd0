package storaged

import (
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What the specification says of storaged's parameters, headers and errors.

func bucketParam() []service.Param {
	return []service.Param{{Name: "bucket", Type: "string", Doc: "a bucket of the configuration; default: the default one"}}
}

func listParams() []service.Param {
	return append([]service.Param{
		{Name: "prefix", Type: "string", Doc: "only keys that begin with this"},
		{Name: "delimiter", Type: "string", Doc: "fold keys that hold this after the prefix into prefixes"},
		{Name: "limit", Type: "integer", Doc: "objects and prefixes of a page, 1 to 1,000 (the default)"},
		{Name: "cursor", Type: "string", Doc: "next_cursor of the page before"},
	}, bucketParam()...)
}

func writeHeaders() []service.Param {
	return []service.Param{
		{Name: "If-Match", Type: "string", Doc: "replace only the object with this ETag"},
		{Name: "If-None-Match", Type: "string", Doc: "*: only where no object is"},
		{Name: storage.HeaderReserve, Type: "string", Doc: "of the daemons: a small write under a reserved prefix that clean-up needs, and that may take what the disk keeps in reserve"},
		{Name: "Content-Digest", Type: "string", Doc: "RFC 9530 digest (sha-256, sha-512) that the bytes must have"},
	}
}

func headHeaders() []service.Param {
	return []service.Param{
		{Name: "If-Match", Type: "string", Doc: "412 unless the object has one of these ETags"},
		{Name: "If-None-Match", Type: "string", Doc: "304 if the object has one of these ETags"},
		{Name: "If-Modified-Since", Type: "string", Doc: "304 if the object is not newer"},
		{Name: "If-Unmodified-Since", Type: "string", Doc: "412 if the object is newer"},
	}
}

func getHeaders() []service.Param {
	return append(headHeaders(),
		service.Param{Name: "Range", Type: "string", Doc: "one range of bytes; several are answered with the whole object"},
		service.Param{Name: "If-Range", Type: "string", Doc: "the range only of this ETag, else the whole object"})
}

func objectErrors(more ...*wire.Kind) []*wire.Kind {
	return slices.Concat([]*wire.Kind{storage.ErrBadKey, storage.ErrBucketNotFound, wire.ErrUnavailable}, more)
}
