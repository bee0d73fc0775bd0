package service

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// section is a daemon's section as a test knows it.
type section struct {
	Workers int      `toml:"workers"`
	Ratio   float64  `toml:"ratio"`
	Strict  bool     `toml:"strict"`
	Name    string   `toml:"name"`
	Tags    []string `toml:"tags"`
	Patient Duration `toml:"patient"`
	Ports   []int    `toml:"ports"`
	Nested  struct {
		Deep int `toml:"deep"`
	} `toml:"nested"`
}

func (section) Check() error { return nil }

func defaults() section {
	return section{Workers: 4, Ratio: 0.5, Name: "default", Tags: []string{"a", "b"}, Patient: Duration(time.Minute)}
}

func load(t *testing.T, text string, environ ...string) (Fleet, Peers, section, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lakehouse.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	fleet, peers, own := DefaultFleet(), Peers{}, defaults()
	err := LoadConfig(path, map[string]any{"fleet": &fleet, "peers": &peers, "queryd": &own}, environ)
	return fleet, peers, own, err
}

func TestAConfigurationIsReadOverTheDefaults(t *testing.T) {
	fleet, peers, own, err := load(t, `
[fleet]
data = "/srv/lake"
drain_timeout = "5s"
[peers]
storaged = "http://10.0.0.5:3211"
[queryd]
workers = 8
tags = ["c"]
[queryd.nested]
deep = 3
[storaged]
whatever = "belongs to another daemon"
`)
	if err != nil {
		t.Fatal(err)
	}
	wantFleet := DefaultFleet()
	wantFleet.Data, wantFleet.DrainTimeout = "/srv/lake", Duration(5*time.Second)
	if !reflect.DeepEqual(fleet, wantFleet) {
		t.Errorf("fleet %+v, want %+v", fleet, wantFleet)
	}
	if peers["storaged"] != "http://10.0.0.5:3211" {
		t.Errorf("peers %v", peers)
	}
	want := defaults()
	want.Workers, want.Tags, want.Nested.Deep = 8, []string{"c"}, 3
	if !reflect.DeepEqual(own, want) {
		t.Errorf("section %+v, want %+v", own, want)
	}
}

func TestAConfigurationIsStrictAndNamesTheLine(t *testing.T) {
	for _, c := range []struct{ text, line, names string }{
		{"[fleet]\ndata = \"x\"\ndta = \"y\"\n", "line 3", "fleet.dta"},
		{"[queryd]\n\nworkers = 1\n[queryd.nested]\nshallow = 1\n", "line 5", "queryd.nested.shallow"},
		{"[fleet]\n[querid]\nworkers = 1\n", "line 2", "querid"},
		{"loose = 1\n", "line 1", "loose"},
		{"[fleet]\n\ndrain_timeout = 30\n", "line 3", "drain_timeout"},
		{"[fleet]\ndrain_timeout = \"half an hour\"\n", "line 2", "half an hour"},
		{"[queryd]\nworkers = \"many\"\n", "line 2", "queryd.workers does not take a TOML string; write a whole number, without quotes"},
		{"[queryd]\nratio = \"4\"\n", "line 2", "write a number, without quotes"},
		{"[queryd]\nstrict = \"yes\"\n", "line 2", "write true or false, without quotes"},
		{"[queryd]\nname = 4\n", "line 2", "write text in quotes"},
		{"[queryd]\ntags = \"a\"\n", "line 2", `write a list like ["a", "b"]`},
		{"[queryd]\nports = 4\n", "line 2", "write a list like [1, 2]"},
		{"[queryd]\nnested = 4\n", "line 2", "write a section, with keys of its own"},
		{"[queryd]\npatient = 4\n", "line 2", `write a duration like "30s" or "5m"`},
		{"[queryd]\nworkers 4\n", "line 2", ""},
		{"[fleet]\ndata = \"a\"\ndata = \"b\"\n", "line 3", "data"},
	} {
		_, _, _, err := load(t, c.text)
		if err == nil || !strings.Contains(err.Error(), c.line) || !strings.Contains(err.Error(), c.names) ||
			!strings.Contains(err.Error(), "lakehouse.toml") {
			t.Errorf("%q: error %v, want the file, %s and %q", c.text, err, c.line, c.names)
		}
	}
}

func TestTheEnvironmentIsReadOverTheFile(t *testing.T) {
	fleet, peers, own, err := load(t, "[queryd]\nworkers = 8\n",
		"LAKEHOUSE_FLEET_PORT_OFFSET=1000", "LAKEHOUSE_FLEET_ALLOWED_HOSTS=a.example, b.example",
		"LAKEHOUSE_PEERS_STORAGED=http://10.0.0.5:3211",
		"LAKEHOUSE_QUERYD_WORKERS=16", "LAKEHOUSE_QUERYD_RATIO=0.25", "LAKEHOUSE_QUERYD_STRICT=true",
		"LAKEHOUSE_QUERYD_NAME=a=b", "LAKEHOUSE_QUERYD_TAGS=", "LAKEHOUSE_QUERYD_PATIENT=1m30s",
		"LAKEHOUSE_STORAGED_ANYTHING=of another daemon", "LAKEHOUSE_GATEWAY=http://the.cli:3110", "PATH=/bin", "MALFORMED")
	if err != nil {
		t.Fatal(err)
	}
	if fleet.PortOffset != 1000 || !reflect.DeepEqual(fleet.AllowedHosts, []string{"a.example", "b.example"}) {
		t.Errorf("fleet %+v", fleet)
	}
	if peers["storaged"] != "http://10.0.0.5:3211" {
		t.Errorf("peers %v", peers)
	}
	want := section{Workers: 16, Ratio: 0.25, Strict: true, Name: "a=b", Tags: []string{}, Patient: Duration(90 * time.Second)}
	if !reflect.DeepEqual(own, want) {
		t.Errorf("section %+v, want %+v", own, want)
	}
}

func TestTheEnvironmentIsStrict(t *testing.T) {
	for _, entry := range []string{
		"LAKEHOUSE_QUERYD_WORKRES=1", "LAKEHOUSE_QUERYD_WORKERS=many", "LAKEHOUSE_QUERYD_STRICT=perhaps",
		"LAKEHOUSE_QUERYD_RATIO=half", "LAKEHOUSE_QUERYD_PATIENT=30", "LAKEHOUSE_QUERYD_PORTS=1,2",
		"LAKEHOUSE_QUERYD_NESTED=1", "LAKEHOUSE_QUERID_WORKERS=1", "LAKEHOUSE_FLEET_DAT=x",
	} {
		name, _, _ := strings.Cut(entry, "=")
		if _, _, _, err := load(t, "", entry); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names the variable", entry, err)
		}
	}
}

func TestFindConfig(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if _, err := FindConfig("missing.toml"); err == nil {
		t.Error("a file that was named and is not there is no error")
	}
	if err := os.WriteFile("lakehouse.toml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := FindConfig(""); path != "lakehouse.toml" || err != nil {
		t.Errorf("found %q, %v", path, err)
	}
	other := filepath.Join(dir, "other.toml")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := FindConfig(other); path != other || err != nil {
		t.Errorf("found %q, %v", path, err)
	}
}

func TestThePrintedConfigurationCanBeReadAgain(t *testing.T) {
	fleet, peers, own := DefaultFleet(), Peers{"storaged": "http://10.0.0.5:3211"}, defaults()
	fleet.DrainTimeout = Duration(7 * time.Second)
	var printed bytes.Buffer
	if err := PrintConfig(&printed, map[string]any{"fleet": &fleet, "peers": &peers, "queryd": &own}); err != nil {
		t.Fatal(err)
	}
	gotFleet, gotPeers, gotOwn, err := load(t, printed.String())
	if err != nil {
		t.Fatalf("%v in\n%s", err, printed.String())
	}
	fleet.AllowedHosts, fleet.AllowedIPs, own.Ports = []string{}, []string{}, []int{}
	if !reflect.DeepEqual(gotFleet, fleet) || !reflect.DeepEqual(gotPeers, peers) || !reflect.DeepEqual(gotOwn, own) {
		t.Errorf("read again as %+v %+v %+v from\n%s", gotFleet, gotPeers, gotOwn, printed.String())
	}
}

func TestPortsAndPeers(t *testing.T) {
	env := func(fleet func(*Fleet), peers Peers) Env {
		f := DefaultFleet()
		fleet(&f)
		e, err := NewEnv("queryd", f, peers, Secrets{}, silent())
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, c := range []struct {
		env          Env
		listen, peer string
	}{
		{env(func(*Fleet) {}, nil), "127.0.0.1:3214", "http://127.0.0.1:3211"},
		{env(func(f *Fleet) { f.PortOffset = 1000 }, nil), "127.0.0.1:4214", "http://127.0.0.1:4211"},
		{env(func(f *Fleet) { f.Bind = "::1" }, nil), "[::1]:3214", "http://[::1]:3211"},
		{env(func(f *Fleet) { f.Bind = "0.0.0.0" }, nil), "0.0.0.0:3214", "http://127.0.0.1:3211"},
		{env(func(f *Fleet) { f.TLSCert = "cert.pem" }, nil), "127.0.0.1:3214", "https://127.0.0.1:3211"},
		{env(func(*Fleet) {}, Peers{"storaged": "https://lake.example/store/"}), "127.0.0.1:3214", "https://lake.example/store"},
	} {
		if c.env.Listen() != c.listen || c.env.PeerURL("storaged") != c.peer {
			t.Errorf("listens on %s and calls %s, want %s and %s", c.env.Listen(), c.env.PeerURL("storaged"), c.listen, c.peer)
		}
	}
}

func TestPeersThatCannotBeCalledStopTheStart(t *testing.T) {
	for _, peers := range []Peers{
		{"stored": "http://10.0.0.5:1"}, {"storaged": "10.0.0.5:3211"}, {"storaged": "ftp://x"}, {"storaged": "http://"},
		{"storaged": "http://user:hunter2@host"},
	} {
		_, err := NewEnv("queryd", DefaultFleet(), peers, Secrets{}, silent())
		if err == nil {
			t.Errorf("%v was taken", peers)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a password: %v", err)
		}
	}
}

func TestEveryDaemonHasAPortOfItsOwn(t *testing.T) {
	seen := map[int]string{}
	for name := range ports {
		port, known := Port(name)
		if other, taken := seen[port]; taken || !known {
			t.Errorf("%s and %s share port %d", name, other, port)
		}
		seen[port] = name
		if _, err := net.ResolveTCPAddr("tcp", ":"+strconv.Itoa(port)); err != nil {
			t.Error(err)
		}
	}
	if _, known := Port("nobody"); known {
		t.Error("an unknown daemon has a port")
	}
}
