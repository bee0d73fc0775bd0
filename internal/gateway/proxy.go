package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	// copyBufferBytes is how much of an answer moves at once.
	copyBufferBytes = 128 << 10
	// smallBodyBytes is the most that the body of a request may have to be read before
	// the daemon hears of it.
	smallBodyBytes = 16 << 10
)

// peer is one daemon behind the gateway.
type peer struct {
	name      string
	base      *url.URL
	patience  time.Duration
	transport http.RoundTripper
	buffers   *bufferPool
	log       *log.Logger
	failures  *prometheus.CounterVec
}

func newPeer(env service.Env, m mount, failures *prometheus.CounterVec) *peer {
	base, err := url.Parse(env.PeerURL(m.daemon))
	if err != nil {
		panic(err) // NewEnv has parsed it
	}
	return &peer{
		name: m.daemon, base: base, patience: m.patience,
		transport: env.Transport(m.patience), buffers: &bufferPool{},
		log:      slog.NewLogLogger(env.Log.Handler(), slog.LevelDebug),
		failures: failures,
	}
}

// pass hands the request to the daemon and the answer to the client, each as it
// comes. A small body goes in one piece with its header, and so does an answer of
// known length that is small: whoever waits for it is woken up once.
func (p *peer) pass(w http.ResponseWriter, r *http.Request) error {
	_ = http.NewResponseController(w).EnableFullDuplex() // an answer may begin before the upload ends
	body, err := smallBody(r)
	if err != nil {
		return err
	}
	var failed error
	proxy := httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			p.rewrite(pr)
			if body != nil {
				pr.Out.Body = io.NopCloser(bytes.NewReader(body))
			}
		},
		Transport:      p.transport,
		BufferPool:     p.buffers,
		ErrorLog:       p.log,
		ModifyResponse: func(resp *http.Response) error { return p.receive(w, resp) },
		ErrorHandler:   func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
	}
	proxy.ServeHTTP(w, r)
	if failed == nil {
		return nil
	}
	return p.explain(r.Context(), failed)
}

// smallBody reads the whole body of a request that says that it is small, nil of any
// other. Who waits to be told to send it is told by the daemon.
func smallBody(r *http.Request) ([]byte, error) {
	if r.ContentLength <= 0 || r.ContentLength > smallBodyBytes || r.Header.Get("Expect") != "" {
		return nil, nil
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// rewrite points the request at the daemon. The path stays as it was written,
// escapes included. What only says how the request came here ends here.
func (p *peer) rewrite(pr *httputil.ProxyRequest) {
	in, out := pr.In, pr.Out
	out.URL = &url.URL{
		Scheme: p.base.Scheme, Host: p.base.Host,
		Path:    p.base.Path + strings.TrimPrefix(in.URL.Path, "/v1"),
		RawPath: p.base.EscapedPath() + strings.TrimPrefix(in.URL.EscapedPath(), "/v1"),

		RawQuery: in.URL.RawQuery, ForceQuery: in.URL.ForceQuery,
	}
	out.Host = ""
	for name := range out.Header {
		if name == "Origin" || strings.HasPrefix(name, "Sec-Fetch-") || service.IsForwarding(name) {
			out.Header.Del(name)
		}
	}
	wire.TraceOf(in.Context()).Inject(out.Header)
}

// receive sees to it that an answer that breaks off is noted in the request's log
// line.
func (p *peer) receive(w http.ResponseWriter, resp *http.Response) error {
	body := &answerBody{ReadCloser: resp.Body, ctx: resp.Request.Context(), peer: p}
	resp.Body = body
	if resp.ContentLength >= 0 {
		body.held = http.NewResponseController(w)
	}
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media == "text/event-stream" {
		resp.Body = endWithDrain(body)
	}
	return nil
}

// explain turns a failure to get an answer into what the client is told.
func (p *peer) explain(ctx context.Context, err error) error {
	var problem *wire.Problem
	var dial *net.OpError
	var timeout net.Error
	switch {
	case ctx.Err() != nil, errors.As(err, &problem):
		return err
	case errors.As(err, &dial) && dial.Op == "dial":
		p.failed(failedUnreachable)
		return wire.Unavailable(p.name).Because(err)
	case errors.As(err, &timeout) && timeout.Timeout():
		p.failed(failedTimeout)
		return wire.ErrPeerTimeout.Errorf("%s did not begin to answer within %s; it may still be at work: look before you try again", p.name, p.patience).
			With("service", p.name).Because(err)
	}
	p.failed(failedBroken)
	return wire.Unavailable(p.name).Because(err)
}

func (p *peer) failed(reason string) { p.failures.WithLabelValues(p.name, reason).Inc() }

// answerBody is a daemon's answer on its way.
type answerBody struct {
	io.ReadCloser
	ctx  context.Context
	peer *peer
	held *http.ResponseController // of an answer that is not flushed with each piece, else nil
}

func (b *answerBody) Read(buf []byte) (int, error) {
	n, err := b.ReadCloser.Read(buf)
	if err != nil && !errors.Is(err, io.EOF) && b.ctx.Err() == nil {
		b.peer.failed(failedBroken)
		service.Annotate(b.ctx, slog.String("broken_off_by", b.peer.name), slog.String("cause", err.Error()))
		if b.held != nil {
			_ = b.held.Flush() // the client gets what there was of it
		}
	}
	return n, err
}

// eventStream is an answer without an end of its own. It ends when the gateway
// begins to stop, which would wait for it else; its client comes again and goes on
// where it was.
type eventStream struct {
	io.ReadCloser
	stopped <-chan struct{}
	closed  chan struct{}
	close   func() error
}

func endWithDrain(body *answerBody) *eventStream {
	s := &eventStream{ReadCloser: body, stopped: service.Draining(body.ctx), closed: make(chan struct{})}
	s.close = sync.OnceValue(func() error {
		close(s.closed)
		return body.ReadCloser.Close()
	})
	go func() {
		select {
		case <-s.stopped:
			_ = s.close() // ends a Read that waits
		case <-s.closed:
		}
	}()
	return s
}

// Read gives what the daemon sends, and io.EOF once the gateway stops.
func (s *eventStream) Read(buf []byte) (int, error) {
	n, err := s.ReadCloser.Read(buf)
	if err != nil {
		select {
		case <-s.stopped:
			err = io.EOF
		default:
		}
	}
	return n, err
}

// Close gives the daemon's answer up.
func (s *eventStream) Close() error { return s.close() }

// bufferPool lends the buffers that answers are copied through.
type bufferPool struct{ pool sync.Pool }

// Get lends a buffer.
func (p *bufferPool) Get() []byte {
	if buf, ok := p.pool.Get().(*[]byte); ok {
		return *buf
	}
	return make([]byte, copyBufferBytes)
}

// Put takes it back.
func (p *bufferPool) Put(buf []byte) { p.pool.Put(&buf) }
