package storaged

import (
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Routes are storaged's routes, for the specification.
func Routes() []service.Route { return (*server)(nil).routes() }

func (s *server) routes() []service.Route {
	const object = objectPrefix + "*"
	octets := []string{"application/octet-stream"}
	return []service.Route{
		{Method: "PUT", Path: object, ID: "put_object", Summary: "Store an object, durably", Access: service.Write,
			Query: bucketParam(), Headers: writeHeaders(), Body: &service.Body{Media: octets}, MaxBody: service.Unbounded,
			Answers: []service.Answer{{Status: 201, Doc: "stored under a new key", Type: storage.Stored{}}, {Status: 200, Doc: "replaced an object", Type: storage.Stored{}}},
			Errors: objectErrors(storage.ErrPreconditionFailed, storage.ErrObjectTooLarge, storage.ErrTooManyWrites,
				storage.ErrIncomplete, storage.ErrBadDigest, storage.ErrStorageFull, storage.ErrDiskReserve), Handle: s.put},
		{Method: "GET", Path: object, ID: "get_object", Summary: "Read an object", Access: service.Read,
			Query: bucketParam(), Headers: getHeaders(),
			Answers: []service.Answer{{Status: 200, Doc: "the object", Media: octets}, {Status: 206, Doc: "a range of it", Media: octets}, {Status: 304, Doc: "not modified"}},
			Errors:  objectErrors(storage.ErrObjectNotFound, storage.ErrPreconditionFailed, storage.ErrRange), Handle: s.get},
		{Method: "HEAD", Path: object, ID: "head_object", Summary: "Describe an object", Access: service.Read,
			Query: bucketParam(), Headers: headHeaders(),
			Answers: []service.Answer{{Status: 200, Doc: "its size, ETag and time in the headers"}, {Status: 304, Doc: "not modified"}},
			Errors:  objectErrors(storage.ErrObjectNotFound, storage.ErrPreconditionFailed), Handle: s.head},
		{Method: "DELETE", Path: object, ID: "delete_object", Summary: "Remove an object; one that is not there is no error", Access: service.Write,
			Query: bucketParam(), Answers: []service.Answer{{Status: 204, Doc: "there is no such object now"}},
			Errors: objectErrors(), Handle: s.delete},
		{Method: "GET", Path: "/storage/objects", ID: "list_objects", Summary: "List keys in byte order", Access: service.Read,
			Query: listParams(), Answers: []service.Answer{{Status: 200, Doc: "a page", Type: storage.Listing{}}},
			Errors: objectErrors(), Handle: s.list},
		{Method: "GET", Path: "/storage/buckets", ID: "list_buckets", Summary: "List the buckets of the configuration", Access: service.Read,
			Answers: []service.Answer{{Status: 200, Doc: "the buckets", Type: storage.Buckets{}}}, Handle: s.listBuckets},
	}
}
