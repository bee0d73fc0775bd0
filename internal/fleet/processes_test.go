package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// readyPoll is between two questions whether a daemon is ready.
const readyPoll = 10 * time.Millisecond

var daemonNames = []string{"storaged", "catalogd", "queryd", "ingestd", "embedd", "vectord", "gateway"}

// processes is a fleet of which every daemon has a process of its own.
type processes struct {
	t      *testing.T
	config string
	offset int
	log    io.Writer // what the daemons print
	alive  map[string]*exec.Cmd
}

func startProcesses(t *testing.T) (*processes, lake) {
	t.Helper()
	return startProcessesWith(t, t.TempDir(), "[fleet]\nauth_file = \"\"\nsecrets_file = \"\"\nlog_level = \"error\"\n[queryd]\nmax_concurrent = 2\n", t.Output())
}

// startProcessesWith starts a fleet of the configuration in a folder.
func startProcessesWith(t *testing.T, dir, configuration string, log io.Writer) (*processes, lake) {
	t.Helper()
	offset, err := fleet.FreeOffset(fleet.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	p := &processes{t: t, config: filepath.Join(dir, "lakehouse.toml"), offset: offset, log: log, alive: map[string]*exec.Cmd{}}
	writePrivate(t, p.config, configuration)
	for _, name := range daemonNames {
		p.start(name)
	}
	t.Cleanup(p.stop)
	p.ready()
	port, _ := service.Port("gateway")
	return p, lake{t, fmt.Sprintf("http://127.0.0.1:%d", port+offset)}
}

// stop ends the daemons as an operator would.
func (p *processes) stop() {
	for _, cmd := range p.alive {
		_ = cmd.Process.Signal(syscall.SIGTERM)
	}
	for name, cmd := range p.alive {
		if err := cmd.Wait(); err != nil {
			p.t.Errorf("%s did not end well: %v", name, err)
		}
	}
	clear(p.alive)
}

func writePrivate(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *processes) start(name string) {
	p.t.Helper()
	cmd := exec.Command(testbed.Program(name), "-config", p.config, "-port-offset", strconv.Itoa(p.offset))
	cmd.Dir = filepath.Dir(p.config) // data is ./data by default
	cmd.Env = append(os.Environ(), envDaemon+"="+name)
	cmd.Stderr = p.log
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.alive[name] = cmd
}

// kill ends a daemon as a power cut would.
func (p *processes) kill(name string) {
	p.t.Helper()
	cmd := p.alive[name]
	delete(p.alive, name)
	if err := cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
}

// ready waits until every daemon can serve.
func (p *processes) ready() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for _, name := range daemonNames {
		port, _ := service.Port(name)
		client := wire.Client{Service: name, Base: fmt.Sprintf("http://127.0.0.1:%d", port+p.offset)}
		for {
			err := client.JSON(ctx, http.MethodGet, "/ready", nil, nil, nil)
			if err == nil {
				break
			}
			if errors.Is(err, context.DeadlineExceeded) {
				p.t.Fatalf("%s did not become ready", name)
			}
			<-time.After(readyPoll)
		}
	}
}

// workersOf gives the pids of a daemon's children.
func (p *processes) workersOf(name string) []int {
	p.t.Helper()
	return childrenOf(p.t, p.alive[name].Process.Pid)
}

// childrenOf gives the pids of a process's children, whichever of its threads
// started them.
func childrenOf(t *testing.T, pid int) (pids []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may have ended meanwhile
		for field := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(field); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}

// data is the folder of all daemons.
func (p *processes) data() string { return filepath.Join(filepath.Dir(p.config), "data") }
