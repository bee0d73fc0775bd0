package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// daemons of a fleet, each before those that need it.
func daemons() []string { return []string{"storaged", "catalogd", "ingestd", "queryd", "gateway"} }

// fleet is a set of daemons, each a process, as on a box where systemd runs them.
type fleet struct {
	bench  *bench
	config string
	offset int
	procs  map[string]*process
}

// startFleet starts daemons on a fresh folder and waits until all are ready.
func (b *bench) startFleet(ctx context.Context, name string, daemons ...string) (*fleet, error) {
	offset, err := freeOffset()
	if err != nil {
		return nil, err
	}
	f := &fleet{bench: b, offset: offset, config: filepath.Join(b.scratch, name+".toml"), procs: map[string]*process{}}
	text := fmt.Sprintf("[fleet]\ndata = %q\nport_offset = %d\nauth_file = \"\"\nsecrets_file = \"\"\nlog_level = \"warn\"\n",
		filepath.Join(b.scratch, name), offset)
	if err := os.WriteFile(f.config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	for _, daemon := range daemons {
		if err := f.start(ctx, daemon); err != nil {
			f.stop()
			return nil, err
		}
	}
	return f, nil
}

// start runs one daemon and waits until it is ready.
func (f *fleet) start(ctx context.Context, daemon string) error {
	p, err := f.bench.startProcess(daemon, nil, nil, filepath.Join(f.bench.bin, daemon), "--config", f.config)
	if err != nil {
		return err
	}
	f.procs[daemon] = p
	return p.await(ctx, f.url(daemon)+"/ready", http.StatusOK)
}

func (f *fleet) stop() {
	for _, daemon := range daemons() {
		if p := f.procs[daemon]; p != nil {
			p.stop()
		}
	}
}

func (f *fleet) url(daemon string) string {
	port, _ := service.Port(daemon)
	return "http://127.0.0.1:" + strconv.Itoa(port+f.offset)
}

// gateway is how a user's program calls the fleet.
func (f *fleet) gateway() wire.Client {
	return wire.Client{Service: "gateway", Base: f.url("gateway") + "/v1", HTTP: http.DefaultClient}
}

// direct is how another daemon calls one.
func (f *fleet) direct(daemon string) wire.Client {
	return wire.Client{Service: daemon, Base: f.url(daemon), HTTP: http.DefaultClient}
}

// freeOffset finds one at which all ports of a fleet are free, below those that
// the system hands out.
func freeOffset() (int, error) {
	for offset := 1000; offset < 28_000; offset += 300 {
		free := true
		for _, daemon := range daemons() {
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

// freePort is one that the system hands out now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
