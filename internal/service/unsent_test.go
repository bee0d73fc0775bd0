package service

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// What a client has not read is unsent, with TLS and without, and no more once it has.
func TestUnsentIsWhatTheClientHasNotRead(t *testing.T) {
	cert, key := certificate(t)
	for _, encrypted := range []bool{false, true} {
		requests, written, leave := make(chan context.Context, 1), make(chan struct{}), make(chan struct{})
		s := setup{fleet: func(f *Fleet) {
			if encrypted {
				f.TLSCert, f.TLSKey, f.TLSCA = cert, key, cert
			}
		}}.run(t, Route{Method: http.MethodGet, Path: "/much", ID: "much", Summary: "much", Access: Read, Answers: []Answer{{Status: http.StatusOK}},
			Handle: func(w http.ResponseWriter, r *http.Request) error {
				go func() {
					defer close(written)
					_, _ = w.Write(make([]byte, 64<<20))
				}()
				requests <- r.Context()
				<-leave
				return nil
			}})
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		if encrypted {
			conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
		}
		fmt.Fprintf(conn, "GET /much HTTP/1.1\r\nHost: %s\r\n\r\n", s.addr)
		ctx := <-requests
		unsent := func(what string, holds func(int) bool) {
			t.Helper()
			for deadline := time.Now().Add(time.Minute); !holds(Unsent(ctx)); time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("encrypted %t: %s: %d bytes are unsent", encrypted, what, Unsent(ctx))
				}
			}
		}
		unsent("nothing is read", func(n int) bool { return n > 0 })
		go func() { _, _ = io.Copy(io.Discard, bufio.NewReader(conn)) }()
		<-written
		unsent("all is read", func(n int) bool { return n == 0 })
		close(leave)
		conn.Close()
	}
	if n := Unsent(t.Context()); n != 0 {
		t.Errorf("of no connection: %d", n)
	}
}
