package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// notified gives the messages that systemd receives, one after another.
func notified(t *testing.T) func() string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return func() string {
		_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		buf := make([]byte, 1024)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("systemd hears nothing: %v", err)
		}
		return string(buf[:n])
	}
}

func TestSystemdIsToldTheLifeOfADaemon(t *testing.T) {
	next := notified(t)
	t.Setenv("WATCHDOG_USEC", "60000") // fed every 20 ms
	t.Setenv("WATCHDOG_PID", "")
	fleet := DefaultFleet()
	fleet.Data = t.TempDir()
	env, err := NewEnv("queryd", fleet, nil, Secrets{}, silent())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	built := false
	done := make(chan error, 1)
	go func() {
		done <- serve(ctx, env, l, section{}, func(context.Context, Env, section) (*Daemon, error) {
			built = true
			return &Daemon{}, nil
		})
	}()
	if got := next(); got != "READY=1" || !built {
		t.Errorf("first message %q (built %t), want READY=1 after the daemon was built", got, built)
	}
	if got := next(); got != "WATCHDOG=1" {
		t.Errorf("then %q, want WATCHDOG=1 from a probe that succeeded", got)
	}
	cancel()
	got := next()
	for got == "WATCHDOG=1" {
		got = next()
	}
	if got != "STOPPING=1" {
		t.Errorf("at the end %q, want STOPPING=1", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestTheWatchdogIsNotFedByADaemonThatDoesNotAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := setup{}.run(t)
	if alive(context.Background(), s.env, l.Addr(), 20*time.Millisecond) {
		t.Error("a listener that never answers counts as alive")
	}
	served, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	if !alive(context.Background(), s.env, served, 30*time.Second) {
		t.Error("a daemon that answers does not count as alive")
	}
}

func TestADaemonThatCannotBeBuiltGivesItsPortFree(t *testing.T) {
	s := setup{}.run(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the data folder is locked")
	err = serve(context.Background(), s.env, l, section{}, func(context.Context, Env, section) (*Daemon, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if again, err := net.Listen("tcp", l.Addr().String()); err != nil {
		t.Errorf("the port is still held: %v", err)
	} else {
		again.Close()
	}
}

// A listener that breaks ends the daemon with an error, in order, so that whoever
// supervises the process starts it again.
func TestADaemonThatCannotAcceptAnyMoreEndsWithAnError(t *testing.T) {
	next := notified(t)
	env, err := NewEnv("queryd", DefaultFleet(), nil, Secrets{}, silent())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	ended := make(chan error, 1)
	go func() {
		ended <- serve(context.Background(), env, l, section{}, func(context.Context, Env, section) (*Daemon, error) {
			return &Daemon{Close: func() error { closed = true; return nil }}, nil
		})
	}()
	if got := next(); got != "READY=1" {
		t.Errorf("first %q", got)
	}
	l.Close()
	if got := next(); got != "STOPPING=1" {
		t.Errorf("then %q", got)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) || !closed {
		t.Errorf("ended with %v, closed %t", err, closed)
	}
}

// What the command line says of the ports counts in place of what the file says,
// also where it says none.
func TestThePortOffsetOfTheCommandLineReplacesTheFiles(t *testing.T) {
	t.Setenv("AUTH_TOKEN", "")
	path := filepath.Join(t.TempDir(), "lakehouse.toml")
	if err := os.WriteFile(path, []byte("[fleet]\nauth_file = \"\"\nport_offset = 100\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"port_offset = 100\n": {}, "port_offset = 7\n": {"--port-offset", "7"}, "port_offset = 0\n": {"--port-offset", "0"},
	} {
		f, err := parseFlags("queryd", append(args, "--check", "--config", path), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := run(&out, "queryd", f, defaults(), nil); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%v: %v, in force is\n%s", args, err, out.String())
		}
	}
}

func TestFlags(t *testing.T) {
	f, err := parseFlags("queryd", []string{"--config", "x.toml", "--check", "--port-offset", "7"}, io.Discard)
	if err != nil || f.config != "x.toml" || !f.check || f.version || f.offset == nil || *f.offset != 7 {
		t.Errorf("flags %+v, %v", f, err)
	}
	for _, args := range [][]string{{"serve"}, {"--verbose"}, {"--port-offset", "auto"}} {
		var out bytes.Buffer
		if _, err := parseFlags("queryd", args, &out); err == nil || out.Len() == 0 {
			t.Errorf("%v: error %v, told %q", args, err, out.String())
		}
	}
	for _, offset := range []string{"70000", "-1"} {
		var out bytes.Buffer
		if _, err := parseFlags("queryd", []string{"--port-offset", offset}, &out); err == nil || !strings.Contains(out.String(), "from 0 to 62315") {
			t.Errorf("--port-offset %s: error %v, told %q", offset, err, out.String())
		}
	}
}

func TestCheckFindsWhatAStartWouldRefuse(t *testing.T) {
	t.Setenv("AUTH_TOKEN", "")
	check := func(text string) error {
		path := filepath.Join(t.TempDir(), "lakehouse.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return run(io.Discard, "queryd", flags{config: path, check: true}, defaults(), func(context.Context, Env, section) (*Daemon, error) {
			t.Error("--check started the daemon")
			return nil, errors.New("started")
		})
	}
	if err := check("[fleet]\nauth_file = \"\"\n"); err != nil {
		t.Errorf("a fine configuration is refused: %v", err)
	}
	for text, names := range map[string]string{
		"[fleet]\nauth_file = \"\"\nbind = \"0.0.0.0\"\n":  "AUTH_TOKEN",
		"[fleet]\nauth_file = \"\"\nbnd = \"0.0.0.0\"\n":   "fleet.bnd",
		"[fleet]\nauth_file = \"\"\nlog_level = \"loud\"":  "log_level",
		"[fleet]\nauth_file = \"\"\nallowed_ips = [\"x\"]": "allowed_ips",
		"[fleet]\nauth_file = \"\"\ntls_ca = \"/none\"":    "tls_ca",
		"[fleet]\nauth_file = \"\"\ntls_cert = \"/none\"":  "tls_key",
		"[peers]\nnobody = \"http://x\"":                   "nobody",
		"[fleet]\nauth_file = \"\"\nport_offset = 62316":   "from 0 to 62315",
	} {
		if err := check(text); err == nil || !strings.Contains(err.Error(), names) {
			t.Errorf("%q: error %v, want one that names %s", text, err, names)
		}
	}
}

// picky is a section that knows what of it cannot work.
type picky struct {
	Workers int `toml:"workers"`
}

func (p picky) Check() error {
	if p.Workers < 1 {
		return errors.New("[queryd] workers must be at least 1")
	}
	return nil
}

func TestCheckAsksTheSectionItself(t *testing.T) {
	t.Setenv("AUTH_TOKEN", "")
	t.Chdir(t.TempDir())
	for workers, fine := range map[int]bool{1: true, 0: false} {
		f := flags{check: true}
		err := run(io.Discard, "queryd", f, picky{Workers: workers}, func(context.Context, Env, picky) (*Daemon, error) { return &Daemon{}, nil })
		if (err == nil) != fine || err != nil && !strings.Contains(err.Error(), "workers") {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

func TestLogFormatsAndLevels(t *testing.T) {
	for format, first := range map[string]byte{"json": '{', "auto": '{', "text": 't'} {
		fleet := DefaultFleet()
		fleet.LogFormat = format
		var out bytes.Buffer
		log, err := NewLog(&out, fleet)
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("hidden at info")
		log.Log(context.Background(), slog.LevelInfo, "shown")
		if out.Len() == 0 || out.Bytes()[0] != first || strings.Contains(out.String(), "hidden") {
			t.Errorf("%s: %q", format, out.String())
		}
	}
	fleet := DefaultFleet()
	fleet.LogFormat = "xml"
	if _, err := NewLog(io.Discard, fleet); err == nil {
		t.Error("an unknown log_format was taken")
	}
}

func TestPeersAreCalledWithTheFleetsToken(t *testing.T) {
	s := setup{tokens: Tokens{Current: NewSecret(hidden), Next: NewSecret("next")}}.run(t, Route{Method: "GET", Path: "/list", Access: Write, Handle: ok})
	env := s.env
	env.Peers = Peers{"queryd": s.url}
	client := env.Peer("queryd")
	resp, err := client.HTTP.Get(s.url + "/list")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the token: %s", resp.Status)
	}
	if err := client.JSON(context.Background(), http.MethodGet, "/ready", nil, nil, nil); err != nil {
		t.Errorf("with the token: %v", err)
	}
}
