package duck

import (
	"context"
	"errors"
	"fmt"
)

// The kinds of failure, for errors.Is. Besides them a call whose context was
// cancelled fails with context.Canceled.
var (
	ErrInvalid     = errors.New("invalid SQL")                    // the statement or its data is at fault
	ErrNotAllowed  = errors.New("SQL not allowed")                // a wall refused it
	ErrTimeout     = errors.New("query timed out")                // the context's deadline passed
	ErrView        = errors.New("view cannot be read")            // the statement of a View does not fit its tables
	ErrMemory      = errors.New("query memory exceeded")          // Limits.MemoryBytes reached
	ErrSpill       = errors.New("spill space exceeded")           // Limits.SpillBytes reached
	ErrCrashed     = errors.New("query worker crashed")           // the worker died; the statement may be tried again
	ErrDamaged     = errors.New("data file damaged")              // a file of a View cannot be read
	ErrUnreachable = errors.New("object storage unreachable")     // S3 does not answer, or not as it should
	ErrKeyRefused  = errors.New("object storage refuses the key") // of Config.S3
	ErrDiskFull    = errors.New("disk full")                      // for what was to be spilled or written
	ErrInternal    = errors.New("query engine failed")            // DuckDB failed at no fault of the statement
	ErrBusy        = errors.New("all query workers busy")         // none became free before the context ended
	ErrClosed      = errors.New("query workers shut down")        // the pool is closed
)

// Error is what the calls of this package fail with.
type Error struct {
	Kind   error  // one of the sentinels above, or context.Canceled
	Detail string // a sentence or two for people: what happened, which bound, the remedy
	// Position is the byte offset in the statement that the error is about, -1
	// where there is none.
	Position int
	// Cause is what DuckDB or the worker said, for the log alone.
	Cause string
	// View is, of ErrView, the view's name with its schema.
	View string
	// Limit is the bound that was broken: bytes for ErrMemory and ErrSpill, else 0.
	Limit int64
}

func (e *Error) Error() string { return e.Detail }

// Unwrap makes errors.Is find the kind.
func (e *Error) Unwrap() error { return e.Kind }

func failure(kind error, format string, args ...any) *Error {
	return &Error{Kind: kind, Detail: fmt.Sprintf(format, args...), Position: -1}
}

// overMemory words the failure of a statement that outgrew its worker; cause is who
// noticed it, and how.
func overMemory(limit int64, cause string) *Error {
	e := failure(ErrMemory, "the statement needs more than the %d bytes of memory that one query may use: "+
		"select fewer columns, filter or aggregate earlier", limit)
	e.Limit, e.Cause = limit, cause
	return e
}

func overSpill(limit int64) *Error {
	e := failure(ErrSpill, "the statement needs more than the %d bytes of disk that one query may spill to: "+
		"filter or aggregate earlier", limit)
	e.Limit = limit
	return e
}

// ended words why a context ended.
func ended(ctx context.Context) *Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return failure(ErrTimeout, "the statement did not finish before its deadline: "+
			"make it cheaper or allow it more time")
	}
	return failure(context.Canceled, "the statement was cancelled")
}
