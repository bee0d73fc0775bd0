package storaged

import (
	"net/http"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// verdict is what the preconditions of a read come to when none fails.
type verdict int

const (
	proceed     verdict = iota
	notModified         // the client has this version
	wholeOnly           // the client's range is of another version
)

// refuseEmpty refuses a condition that is given without a value. A client whose
// variable was empty meant one; taken for none, it would overwrite an object, or
// splice two versions of it.
func refuseEmpty(h http.Header) error {
	for _, name := range []string{"If-Match", "If-None-Match", "If-Range"} {
		if values := h.Values(name); len(values) > 0 && strings.TrimSpace(strings.Join(values, "")) == "" {
			return wire.ErrBadRequest.Errorf("%s is given without a value; give it the ETag that is meant, or leave the header out", name)
		}
	}
	return nil
}

func hasPrecondition(r *http.Request) bool {
	for _, name := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// precondition evaluates a read's preconditions over an object, in the order of
// RFC 9110, section 13.2.2.
func precondition(r *http.Request, o storage.Object) (verdict, error) {
	h := r.Header
	if tags := h.Values("If-Match"); len(tags) > 0 {
		if !matches(tags, o.ETag, false) {
			return proceed, changed(o)
		}
	} else if at, ok := httpTime(h.Get("If-Unmodified-Since")); ok && o.ModifiedAt.Truncate(time.Second).After(at) {
		return proceed, changed(o)
	}
	if tags := h.Values("If-None-Match"); len(tags) > 0 {
		if matches(tags, o.ETag, true) {
			return notModified, nil
		}
	} else if at, ok := httpTime(h.Get("If-Modified-Since")); ok && !o.ModifiedAt.Truncate(time.Second).After(at) {
		return notModified, nil
	}
	// A date is too coarse to name a version: only an ETag keeps the range.
	if validator := h.Get("If-Range"); validator != "" && validator != o.ETag {
		return wholeOnly, nil
	}
	return proceed, nil
}

func changed(o storage.Object) error {
	return storage.ErrPreconditionFailed.Errorf("the object %q has changed", o.Key).With("etag", o.ETag)
}

// matches looks for an entity tag in lists of them. The weak comparison takes
// W/"x" for "x".
func matches(lists []string, etag string, weak bool) bool {
	for _, list := range lists {
		for tag := range strings.SplitSeq(list, ",") {
			tag = strings.TrimSpace(tag)
			if weak {
				tag = strings.TrimPrefix(tag, "W/")
			}
			if tag == "*" || tag == etag {
				return true
			}
		}
	}
	return false
}

func httpTime(text string) (time.Time, bool) {
	at, err := http.ParseTime(text)
	return at, err == nil
}
