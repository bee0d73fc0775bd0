package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// console is a terminal with a command in it, and somebody who types.
type console struct {
	t      *testing.T
	keys   *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	more   *sync.Cond
	screen []byte
	seen   int // up to where expect has looked, without escapes
	ended  bool
}

// openConsole starts the command line in a terminal of 80 by 24.
func openConsole(t *testing.T, environ []string, args ...string) *console {
	t.Helper()
	cmd := exec.Command(testbed.Program("lakehouse"), args...)
	cmd.Env = append(os.Environ(), append([]string{asMain + "=1", "TERM=xterm"}, environ...)...)
	keys, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, keys: keys, cmd: cmd}
	c.more = sync.NewCond(&c.mu)
	read := make(chan struct{})
	go func() {
		defer close(read)
		c.read()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended, unless the test failed
		_ = cmd.Wait()
		keys.Close()
		<-read
	})
	return c
}

func (c *console) read() {
	b := make([]byte, 4096)
	for {
		n, err := c.keys.Read(b)
		c.mu.Lock()
		c.screen = append(c.screen, b[:n]...)
		c.ended = err != nil
		c.more.Broadcast()
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// escapes are what steers a terminal and shows nothing.
var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]|\x1b[=>78]`)

// expect waits until the screen shows a text that it did not show before the last
// expect, and gives all that it showed until then.
func (c *console) expect(want string) string {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var shown string
	at := -1
	c.waitUntil(func() bool {
		shown = c.shown()
		at = strings.Index(shown, want)
		return at >= 0 || c.ended
	})
	if at < 0 {
		c.t.Fatalf("the screen does not show %q but\n%s", want, shown)
	}
	c.seen += at + len(want)
	return shown[:at+len(want)]
}

// shown is what the screen shows since the last expect.
func (c *console) shown() string {
	return strings.ReplaceAll(escapes.ReplaceAllString(string(c.screen), ""), "\r", "")[c.seen:]
}

// waitUntil waits for what comes of what is read, and not for ever.
func (c *console) waitUntil(done func() bool) {
	late := false
	timer := time.AfterFunc(20*time.Second, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		late = true
		c.more.Broadcast()
	})
	defer timer.Stop()
	for !done() && !late {
		c.more.Wait()
	}
}

func (c *console) write(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.keys, keys); err != nil {
		c.t.Fatal(err)
	}
}

// ends waits for the command's end and gives its exit code.
func (c *console) ends() int {
	c.t.Helper()
	c.mu.Lock()
	c.waitUntil(func() bool { return c.ended })
	ended, shown := c.ended, c.shown()
	c.mu.Unlock()
	if !ended {
		c.t.Fatalf("the command does not end, and shows\n%s", shown)
	}
	err := c.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, unix.EIO) {
		c.t.Fatal(err)
	}
	return c.cmd.ProcessState.ExitCode()
}
