package storaged_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// capOnSize: an object of exactly the cap is stored, one byte more is refused
// with the limit, however it is sent; and nothing of it stays.
func capOnSize(t *testing.T, s *subject) {
	body := noise(9, testCap+1)
	for _, known := range []bool{true, false} {
		k := key(t, fmt.Sprintf("known-%t", known))
		send := func(size int) reply {
			var reader io.Reader = bytes.NewReader(body[:size])
			if !known {
				reader = unsized{reader}
			}
			return s.do(t, "PUT", objectPath(k), nil, reader)
		}
		over := send(testCap + 1)
		over.wants(t, 413, "object_too_large")
		if limit := fmt.Sprint(over.problem.Fields["limit"]); limit != fmt.Sprint(testCap) {
			t.Errorf("limit %s, want %d", limit, testCap)
		}
		s.wantNoObject(t, k)
		send(testCap).wants(t, 201, "")
		send(testCap+1).wants(t, 413, "object_too_large")
		s.wantObject(t, k, body[:testCap])
	}
}

// cutShort: a body with fewer bytes than its Content-Length says, or without
// its last chunk, is no object.
func cutShort(t *testing.T, s *subject) {
	k := key(t, "x")
	s.mustPut(t, k, []byte("before"))
	for name, request := range map[string]string{
		"small":   "Content-Length: 1000\r\n\r\n" + strings.Repeat("x", 999),
		"large":   "Content-Length: 3000000\r\n\r\n" + strings.Repeat("x", 2999999),
		"nothing": "Content-Length: 5\r\n\r\n",
		"chunked": "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"parts":   "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n", 9<<20) + strings.Repeat("x", 9<<20) + "\r\n",
	} {
		conn := s.dial(t)
		fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: localhost\r\n%s", objectPath(k), request)
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn)
		if err != nil && len(answer) == 0 {
			t.Logf("%s: the connection was reset: %v", name, err)
		}
		if strings.HasPrefix(string(answer), "HTTP/1.1 2") {
			t.Errorf("%s: a body cut short was answered %.40q", name, answer)
		}
		s.wantObject(t, k, []byte("before"))
	}
}

// malformed: a chunked body whose framing is broken is the client's fault, and
// no object.
func malformed(t *testing.T, s *subject) {
	k := key(t, "x")
	s.mustPut(t, k, []byte("before"))
	for name, body := range map[string]string{
		"at once":    "zz\r\n",
		"after some": "5\r\nhello\r\nzz\r\n",
		"in parts":   fmt.Sprintf("%x\r\n", 9<<20) + strings.Repeat("x", 9<<20) + "\r\nzz\r\n",
		"trailer":    "5\r\nhello\r\n0\r\nno trailer\r\n\r\n",
	} {
		conn := s.dial(t)
		fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n%s", objectPath(k), body)
		answer, err := bufio.NewReader(conn).ReadString('\n')
		if !strings.HasPrefix(answer, "HTTP/1.1 400") {
			t.Errorf("%s: answer %q, %v", name, answer, err)
		}
		s.wantObject(t, k, []byte("before"))
	}
}

func (s *subject) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// clientGone: a client that vanishes in the middle leaves the previous object,
// and its write slot.
func clientGone(t *testing.T, s *subject) {
	k := key(t, "x")
	s.mustPut(t, k, []byte("before"))
	for i := range s.config.MaxConcurrentWrites + 5 {
		body, feed := io.Pipe()
		failure := errors.New("the client vanished")
		go func() {
			_, _ = feed.Write(noise(uint64(i), 64<<10)) // fails if the request ended
			feed.CloseWithError(failure)
		}()
		size := int64(1 << 20)
		if i%2 == 0 {
			size = -1
		}
		if _, _, err := s.Put(t.Context(), k, body, size, storage.Condition{}); err == nil {
			t.Fatal("a cut write was acknowledged")
		}
	}
	s.wantObject(t, k, []byte("before"))
	s.mustPut(t, k, []byte("after"))
}

// smallReads gives a client whose connections hold little of what it has not read.
func smallReads(t *testing.T) *http.Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return conn, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// readOneVersion: a GET that has started reads its version to the end, through
// replacement and removal.
func readOneVersion(t *testing.T, s *subject) {
	k := key(t, "x")
	const size = testCap // more than sockets hold, one of which is made small
	s.mustPut(t, k, bytes.Repeat([]byte("1"), size))
	narrow := *s.Client
	narrow.HTTP = smallReads(t)
	reader, object, err := narrow.Get(t.Context(), k, storage.Range{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		if _, _, err := s.Put(t.Context(), k, strings.NewReader("2"), 1, storage.Condition{}); err != nil {
			t.Errorf("replace: %v", err)
		}
		if err := s.Delete(t.Context(), k); err != nil {
			t.Errorf("delete: %v", err)
		}
	}()
	if !s.readersBlock {
		<-changed
	}
	b, err := io.ReadAll(reader)
	if err != nil || len(b) != size || strings.Trim(string(b), "1") != "" || object.Size != size {
		t.Errorf("%d bytes of %d, %v", len(b), object.Size, err)
	}
	<-changed
	s.do(t, http.MethodGet, objectPath(k), nil, nil).wants(t, 404, "object_not_found")
}
