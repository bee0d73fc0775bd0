package processes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Daemons of a fleet, each before those that need it.
func Daemons() []string {
	return []string{"storaged", "catalogd", "ingestd", "queryd", "embedd", "vectord", "gateway"}
}

// Fleet is a set of daemons, each a process.
type Fleet struct {
	Config string // the file that all read
	Procs  map[string]*Process

	bin, folder string
	offset      int
}

// Whole, started as a daemon, is all of them in one process.
const Whole = "lakehouse"

// StartFleet starts daemons from the folder of binaries, or [Whole], on a fresh folder of
// that name within another, and waits until all are ready.
func StartFleet(ctx context.Context, bin, folder, name string, daemons ...string) (*Fleet, error) {
	bin, err := filepath.Abs(bin) // they run in the other folder
	if err != nil {
		return nil, err
	}
	offset, err := FreeOffset()
	if err != nil {
		return nil, err
	}
	f := &Fleet{bin: bin, folder: folder, offset: offset, Config: filepath.Join(folder, name+".toml"), Procs: map[string]*Process{}}
	text := fmt.Sprintf("[fleet]\ndata = %q\nport_offset = %d\nauth_file = \"\"\nsecrets_file = \"\"\nlog_level = \"warn\"\n",
		filepath.Join(folder, name), offset)
	if err := os.WriteFile(f.Config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	for _, daemon := range daemons {
		if err := f.Start(ctx, daemon); err != nil {
			f.Stop()
			return nil, err
		}
	}
	return f, nil
}

// Start runs one daemon, or [Whole], and waits until it is ready.
func (f *Fleet) Start(ctx context.Context, daemon string) error {
	args, all := []string{"--config", f.Config}, []string{daemon}
	if daemon == Whole {
		args, all = append([]string{"up"}, args...), Daemons()
	}
	p, err := Start(f.folder, daemon, nil, nil, filepath.Join(f.bin, daemon), args...)
	if err != nil {
		return err
	}
	f.Procs[daemon] = p
	for _, daemon := range all {
		if err := p.Await(ctx, f.URL(daemon)+"/ready", http.StatusOK); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends all of them.
func (f *Fleet) Stop() {
	for _, daemon := range append(Daemons(), Whole) {
		if p := f.Procs[daemon]; p != nil {
			p.Stop()
		}
	}
}

// Processor is what all of them have had of the processors since they started.
func (f *Fleet) Processor() (sum time.Duration) {
	for _, p := range f.Procs {
		sum += Processor(p.PID())
	}
	return sum
}

// URL is where a daemon listens.
func (f *Fleet) URL(daemon string) string {
	port, _ := service.Port(daemon)
	return "http://127.0.0.1:" + strconv.Itoa(port+f.offset)
}

// Gateway is how a user's program calls the fleet.
func (f *Fleet) Gateway() wire.Client {
	return wire.Client{Service: "gateway", Base: f.URL("gateway") + "/v1", HTTP: http.DefaultClient}
}

// Direct is how another daemon calls one.
func (f *Fleet) Direct(daemon string) wire.Client {
	return wire.Client{Service: daemon, Base: f.URL(daemon), HTTP: http.DefaultClient}
}

// FreeOffset finds one at which all ports of a fleet are free, below those that
// the system hands out.
func FreeOffset() (int, error) {
	for offset := 1000; offset < 28_000; offset += 300 {
		free := true
		for _, daemon := range Daemons() {
			port, _ := service.Port(daemon)
			free = free && portFree(port+offset)
		}
		if free {
			return offset, nil
		}
	}
	return 0, errors.New("no free set of ports was found")
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
