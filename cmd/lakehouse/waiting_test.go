package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestUpSaysWhatItWaitsFor: a fleet whose S3 endpoint is down is not silent. It
// says what it waits for and what to mend, and goes on waiting.
func TestUpSaysWhatItWaitsFor(t *testing.T) {
	dir, endpoint := t.TempDir(), "http://"+testbed.FreeAddress(t)
	secrets, file := filepath.Join(dir, "secrets.toml"), filepath.Join(dir, "lakehouse.toml")
	write(t, secrets, fmt.Sprintf("[s3.primary]\nendpoint = %q\nbucket = \"lake\"\naccess_key_id = \"id\"\nsecret_access_key = \"the-secret\"\n", endpoint))
	write(t, file, fmt.Sprintf("[fleet]\nsecrets_file = %q\nauth_file = \"\"\nlog_level = \"error\"\n[storaged]\nbackend = \"s3\"\n", secrets))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	lines, errs := io.Pipe()
	root := newRoot()
	root.SetOut(io.Discard)
	root.SetErr(errs)
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Execute(ctx, root, []string{"up", "--config", file, "--data", filepath.Join(dir, "data"), "--port-offset", "auto"})
		errs.Close()
	}()
	reader := bufio.NewReader(lines)
	said, err := reader.ReadString('\n')
	go io.Copy(io.Discard, reader) // to its end, which is up's
	for _, part := range []string{"waiting for storaged", endpoint, "[s3.primary]", secrets} {
		if !strings.Contains(said, part) {
			t.Errorf("%q (%v) does not say %q", said, err, part)
		}
	}
	if strings.Contains(said, "the-secret") {
		t.Errorf("a secret is in %q", said)
	}
	select {
	case code := <-ended:
		t.Errorf("up ended with %d instead of waiting", code)
	default:
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("stopped while it waits: %d", code)
		}
	}
}
