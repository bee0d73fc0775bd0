package storaged_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
)

// writeSlots: writes over the cap are refused at once, with a time to come
// again; when one ends, the next is taken. Users and daemons fill slots of their
// own: however slow the ones are, the others write.
func writeSlots(t *testing.T, s *subject) {
	users, daemons := key(t, ""), "datasets/"+key(t, "")
	endUsers := s.fillSlots(t, users)
	s.wantNoSlot(t, users+"one more")
	for _, reserved := range []string{"datasets/", "catalog/", "vectors/", "system/"} {
		s.mustPut(t, reserved+key(t, "small"), []byte("x"))
		s.mustPut(t, reserved+key(t, "large"), noise(1, 6<<20))
	}
	endDaemons := s.fillSlots(t, daemons)
	s.wantNoSlot(t, daemons+"one more")
	s.wantNoSlot(t, "catalog/"+key(t, "one more"))
	endUsers()
	s.mustPut(t, users+"one more", noise(1, 6<<20))
	endDaemons()
	s.mustPut(t, daemons+"one more", []byte("x"))
}

func (s *subject) wantNoSlot(t *testing.T, k string) {
	t.Helper()
	refused := s.do(t, "PUT", objectPath(k), nil, strings.NewReader("x"))
	refused.wants(t, 503, "too_many_writes")
	if refused.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// fillSlots begins as many writes under a prefix as there are slots, each of
// which stands still until end is called.
func (s *subject) fillSlots(t *testing.T, prefix string) (end func()) {
	var group sync.WaitGroup
	var feeds []*io.PipeWriter
	for i := range s.config.MaxConcurrentWrites {
		begun := make(chan *io.PipeWriter)
		group.Go(func() {
			// A slot may still be held by a write that another case cut.
			for !s.slowWrite(t, prefix+fmt.Sprint(i), begun) {
			}
		})
		feeds = append(feeds, <-begun)
	}
	release := sync.OnceFunc(func() {
		for _, feed := range feeds {
			feed.Close()
		}
		group.Wait()
	})
	t.Cleanup(release)
	return func() {
		release()
		for i := range feeds {
			s.wantObject(t, prefix+fmt.Sprint(i), nil)
		}
	}
}

// slowWrite stores what is written to the pipe that it sends once the server has
// asked for the body. It returns false where the write was refused instead.
func (s *subject) slowWrite(t *testing.T, k string, begun chan<- *io.PipeWriter) bool {
	body, feed := io.Pipe()
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{Got100Continue: func() { begun <- feed }})
	req, err := http.NewRequestWithContext(ctx, "PUT", s.Base+objectPath(k), body)
	if err != nil {
		t.Error(err)
		return true
	}
	req.Header.Set("Expect", "100-continue")
	resp, err := s.HTTP.Do(req)
	if err != nil {
		t.Errorf("write of %q: %v", k, err)
		return true
	}
	resp.Body.Close()
	if resp.StatusCode != 201 && resp.StatusCode != 503 {
		t.Errorf("write of %q: %s", k, resp.Status)
	}
	return resp.StatusCode != 503
}
