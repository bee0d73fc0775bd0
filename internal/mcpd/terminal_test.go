package mcpd_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// Who starts it at a terminal learns that it waits for a client, and whether the gateway
// answers, on standard error alone.
func TestAtATerminalItSaysForWhatItWaits(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	}))
	defer web.Close()
	for gateway, says := range map[string][]string{
		nobody:  {"The gateway at " + nobody + " is of no use: gateway does not answer", "What to do: no fleet answers at " + nobody},
		web.URL: {"The gateway at " + web.URL + " answers"},
	} {
		keys, stdin, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer keys.Close()
		cmd := exec.Command(testbed.Program("mcpd"), "--gateway", gateway)
		cmd.Env = append(os.Environ(), asMain+"=1", "AUTH_TOKEN=", "LAKEHOUSE_GATEWAY=")
		cmd.Dir, cmd.Stdin = t.TempDir(), stdin
		stderr, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stdout strings.Builder
		cmd.Stdout = &stdout
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stdin.Close()
		lines := bufio.NewScanner(stderr)
		for _, want := range append([]string{"waits for a client"}, says...) {
			if !lines.Scan() || !strings.Contains(lines.Text(), want) {
				t.Errorf("%s: want %q, got %q", gateway, want, lines.Text())
			}
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		for lines.Scan() {
			t.Errorf("it said also %q", lines.Text())
		}
		if err := cmd.Wait(); err != nil || stdout.Len() > 0 {
			t.Errorf("%v, standard output has %q", err, stdout.String())
		}
	}
}
