package catalogd_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// beCatalogd makes the test's binary run as catalogd, so that it can be killed.
const beCatalogd = "BE_CATALOGD"

func TestMain(m *testing.M) {
	if os.Getenv(beCatalogd) != "" {
		os.Exit(service.Main("catalogd", catalogd.Defaults(), catalogd.New))
	}
	os.Exit(m.Run())
}

// process is a catalogd of its own.
type process struct {
	*exec.Cmd
	house
}

func spawn(t *testing.T, storageURL, data string) process {
	t.Helper()
	p := spawnAt(t, testbed.FreeAddress(t), storageURL, data)
	await(t, p.Client)
	return p
}

// spawnAt starts a catalogd at an address, with more settings from the
// environment, and does not wait.
func spawnAt(t *testing.T, address, storageURL, data string, settings ...string) process {
	t.Helper()
	_, port, _ := net.SplitHostPort(address)
	at, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	known, _ := service.Port("catalogd")
	cmd := exec.Command(testbed.Program("catalogd"), "--port-offset", fmt.Sprint(at-known))
	cmd.Env = append(os.Environ(), beCatalogd+"=1", "LAKEHOUSE_PEERS_STORAGED="+storageURL, "LAKEHOUSE_FLEET_DATA="+data, "LAKEHOUSE_CATALOGD_SPOOL="+data)
	cmd.Env = append(cmd.Env, settings...)
	cmd.Dir = data
	cmd.Stderr = t.Output()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{Cmd: cmd, house: house{Client: &catalog.Client{Client: wire.Client{
		Service: "catalogd", Base: "http://" + address, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}}}}
	t.Cleanup(p.kill)
	return p
}

func (p process) kill() {
	_ = p.Process.Kill() // it may have ended
	_ = p.Wait()
}

// TestKilledWhileRegistering kills catalogd at moments spread over a
// registration. Afterwards the version is wholly there or not at all, and a
// retry makes it so, once.
func TestKilledWhileRegistering(t *testing.T) {
	s := testbed.StartStoraged(t)
	data := t.TempDir()
	p := spawn(t, s.Base, data)
	whole := timeOf(func() {
		p.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/first.parquet", people(t, "first", 0, true)))})
	})
	const rounds = 8
	rows := int64(1)
	for round := range rounds {
		ref := put(t, s, fmt.Sprintf("in/%d.parquet", round), people(t, fmt.Sprint("n", round), round, true))
		reg := catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}
		answered := make(chan error, 1)
		go func() {
			_, _, err := p.Register(t.Context(), reg, "")
			answered <- err
		}()
		moment := time.NewTimer(whole * time.Duration(round+1) / rounds)
		<-moment.C
		p.kill()
		acknowledged := <-answered == nil

		p = spawn(t, s.Base, data)
		m := p.manifest(t, "people", 0)
		if m.Rows != rows && m.Rows != rows+1 || acknowledged && m.Rows != rows+1 {
			t.Fatalf("round %d: %d rows after the kill, before it %d; acknowledged: %t", round, m.Rows, rows, acknowledged)
		}
		landed := m.Rows == rows+1
		answer := p.register(t, reg)
		if answer.Unchanged != landed || answer.Rows != rows+1 {
			t.Fatalf("round %d: the version was there (%t), and the retry says unchanged %t with %d rows", round, landed, answer.Unchanged, answer.Rows)
		}
		rows++
	}
	m := p.manifest(t, "people", 0)
	var names []string
	for _, o := range m.Objects {
		names = append(names, readBack(t, s, o.Key, "name")...)
	}
	if len(names) != rounds+1 || m.Version != rounds+1 {
		t.Errorf("version %d holds %s", m.Version, strings.Join(names, " "))
	}
	for version := int64(1); version <= m.Version; version++ {
		if got := p.manifest(t, "people", version).Rows; got != version {
			t.Errorf("version %d has %d rows", version, got)
		}
	}
}

func timeOf(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}
