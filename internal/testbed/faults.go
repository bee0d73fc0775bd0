package testbed

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Fault is what goes wrong with one request on its way through [Faults].
type Fault int

// The faults.
const (
	None        Fault = iota
	Busy              // it is answered 503 SlowDown
	Failed            // it is answered 500, without a word
	TooMany           // it is refused as storaged does where too many write at once
	Reset             // its connection breaks before an answer
	Stall             // nothing comes back for as long as the caller waits
	WrongAnswer       // one byte of the answer's body is another one
	CutAnswer         // the connection breaks within the answer's body
	WrongUpload       // one byte of the request's body is another one
)

// Faults stands between a client and an HTTP server, such as S3 or a daemon. While
// it has no Target it answers 503.
type Faults struct {
	Target atomic.Pointer[url.URL]

	mu    sync.Mutex
	fault func(*http.Request) Fault
	seen  int
}

// Before puts faults before the HTTP server at a URL until the test ends, and gives the URL by
// which it is reached through them. There are none at first.
func Before(t testing.TB, base string) (through string, f *Faults) {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	f = &Faults{}
	f.Target.Store(target)
	server := httptest.NewServer(f)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL, f
}

// NewFaults puts faults before the S3, and points the secret at them.
func NewFaults(t testing.TB, s3 *service.S3) (f *Faults) {
	t.Helper()
	s3.Endpoint, f = Before(t, s3.Endpoint)
	return f
}

// Behind gives a client that reaches storaged through faults.
func Behind(t testing.TB, s *storage.Client) (through *storage.Client, f *Faults) {
	t.Helper()
	c := *s
	c.Base, f = Before(t, s.Base)
	return &c, f
}

// Set decides for every request from now on; nil: no faults. It returns how many
// requests came since the last call.
func (f *Faults) Set(fault func(*http.Request) Fault) (seen int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen, f.seen, f.fault = f.seen, 0, fault
	return seen
}

func (f *Faults) decide(r *http.Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	if f.fault == nil {
		return None
	}
	return f.fault(r)
}

// ServeHTTP passes a request on, but for its fault.
func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := f.Target.Load()
	if target == nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	switch f.decide(r) {
	case Busy:
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>slow down</Message></Error>`)
	case Failed:
		w.WriteHeader(http.StatusInternalServerError)
	case TooMany:
		wire.WriteProblem(w, r, storage.ErrTooManyWrites.Errorf("too many write"))
	case Reset:
		panic(http.ErrAbortHandler)
	case Stall:
		_, _ = io.Copy(io.Discard, r.Body) // so that the caller's leaving is noticed
		<-r.Context().Done()
	case WrongAnswer:
		proxy.ServeHTTP(&spoiled{ResponseWriter: w}, r)
	case CutAnswer:
		proxy.ServeHTTP(&spoiled{ResponseWriter: w, cut: true}, r)
	case WrongUpload:
		r.Body = &spoiledBody{ReadCloser: r.Body}
		proxy.ServeHTTP(w, r)
	default:
		proxy.ServeHTTP(w, r)
	}
}

// spoiled is an answer of which one byte is another one, or which breaks off.
type spoiled struct {
	http.ResponseWriter
	cut, done bool
}

func (s *spoiled) Write(p []byte) (int, error) {
	if s.done || len(p) == 0 {
		return s.ResponseWriter.Write(p)
	}
	s.done = true
	if s.cut {
		_, _ = s.ResponseWriter.Write(p[:len(p)/2])
		_ = http.NewResponseController(s.ResponseWriter).Flush() // or nothing of a short answer comes
		panic(http.ErrAbortHandler)
	}
	return s.ResponseWriter.Write(flipped(p))
}

// Unwrap lets the proxy flush.
func (s *spoiled) Unwrap() http.ResponseWriter { return s.ResponseWriter }

type spoiledBody struct {
	io.ReadCloser
	done bool
}

func (s *spoiledBody) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if n > 0 && !s.done {
		s.done = true
		copy(p, flipped(p[:n]))
	}
	return n, err
}

func flipped(p []byte) []byte {
	other := append([]byte(nil), p...)
	other[len(other)/2] ^= 1
	return other
}
