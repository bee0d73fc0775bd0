package s3

import (
	"context"
	"net"
	"net/http"
	"time"
)

// A write may take as long as its bytes keep moving; an endpoint that is silent
// for this long is taken for dead.
const defaultSilence = 30 * time.Second

func newHTTPClient(silence time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &movingConn{conn, silence}, nil
		},
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       silence * 2 / 3, // below silence
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		ResponseHeaderTimeout: silence,
		DisableCompression:    true,
		WriteBufferSize:       256 << 10,
		ReadBufferSize:        256 << 10,
		ForceAttemptHTTP2:     false,
	}}
}

// movingConn fails when nothing moves in either direction. Each call sets the
// deadline of both, because a reader waits all through a long upload.
type movingConn struct {
	net.Conn
	silence time.Duration
}

func (c *movingConn) Read(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *movingConn) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
