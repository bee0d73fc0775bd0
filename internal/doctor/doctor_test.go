package doctor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestNothingIsWrongWithAHealthyFleet(t *testing.T) {
	f := healthy(t)
	found := Run(t.Context(), f)
	if n := Failed(found); n > 0 {
		t.Errorf("%d failed: %v", n, found)
	}
	seen := map[string]bool{}
	for _, c := range found {
		if seen[c.Code] {
			t.Errorf("two findings are called %s", c.Code)
		}
		seen[c.Code] = true
	}
	for _, code := range []string{"toolchain", "config", "secrets", "ports", "s3_endpoint", "httpfs", "sandbox", "disk_space", "disk_fsync", "memory", "open_files", "clock", "ollama", "fleet", "indexes", "models"} {
		if !seen[code] {
			t.Errorf("there is no finding %s", code)
		}
	}
	if left, err := os.ReadDir(f.Settings.Data); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	var text, asJSON bytes.Buffer
	if err := errors.Join(WriteText(&text, found), WriteJSON(&asJSON, found)); err != nil {
		t.Fatal(err)
	}
	var again []Check
	if err := json.Unmarshal(asJSON.Bytes(), &again); err != nil || len(again) != len(found) {
		t.Errorf("as JSON: %v", err)
	}
	if !strings.Contains(text.String(), "\nok    sandbox ") {
		t.Errorf("as text:\n%s", &text)
	}
}

func TestToolchain(t *testing.T) {
	f := healthy(t)
	f.Source = t.TempDir()
	wants(t, toolchain(t.Context(), f), "toolchain", Fail)
	if err := os.WriteFile(filepath.Join(f.Source, "go.mod"), []byte("module x\n\ngo 1.26.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CC", "")
	found := toolchain(t.Context(), f)
	wants(t, found, "toolchain_go", Fail, "1.26.0", "setup.sh")
	wants(t, found, "toolchain_cc", Fail, "setup.sh")
	wants(t, found, "toolchain_just", Warn, "tools.sh")
}

func TestConfigAndSecrets(t *testing.T) {
	f := healthy(t)
	f.ConfigErr = errors.New("lakehouse.toml: line 3: unknown key \"bukcet\"\nmore")
	wants(t, config(t.Context(), f), "config", Fail, "line 3", "; more", "config check")
	f.ConfigFile, f.ConfigErr = "bad.toml", errors.New("bad.toml: line 4: unknown key")
	wants(t, config(t.Context(), f), "config", Fail, "bad.toml: line 4", "config check --config bad.toml")
	if found := config(t.Context(), f); strings.Contains(found[0].Evidence, "bad.toml: bad.toml") {
		t.Errorf("the file is named twice: %s", found[0].Evidence)
	}
	f.SecretsErr = errors.New("line 1 is not KEY=value")
	wants(t, secretFiles(t.Context(), f), "secrets", Fail, "KEY=value")
	f.SecretsErr = nil
	f.Settings.AuthFile = filepath.Join(t.TempDir(), "auth.env")
	wants(t, secretFiles(t.Context(), f), "secrets", OK)
	if err := os.WriteFile(f.Settings.AuthFile, []byte("AUTH_TOKEN=hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, status := range map[os.FileMode]Status{0o644: Fail, 0o604: Fail, 0o640: Warn, 0o600: OK, 0o400: OK} {
		if err := os.Chmod(f.Settings.AuthFile, mode); err != nil {
			t.Fatal(err)
		}
		found := secretFiles(t.Context(), f)
		wants(t, found, "secrets", status, f.Settings.AuthFile, fmt.Sprintf("%04o", mode))
		if strings.Contains(fmt.Sprint(found), "hush") {
			t.Error("a secret is shown")
		}
	}
	if err := os.Chmod(f.Settings.AuthFile, 0o600); err != nil { // the modes above come in any order
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "openai.env")
	f.Models = map[string]remote.Config{"a": {KeyFile: key}, "b": {KeyFile: key}, "c": {}}
	wants(t, secretFiles(t.Context(), f), "secrets", OK, f.Settings.AuthFile)
	for mode, status := range map[os.FileMode]Status{0o644: Fail, 0o600: OK} {
		if err := errors.Join(os.WriteFile(key, []byte("hush"), 0o600), os.Chmod(key, mode)); err != nil {
			t.Fatal(err)
		}
		wants(t, secretFiles(t.Context(), f), "secrets", status, key, fmt.Sprintf("%04o", mode))
	}
}

// What goes by a configuration that cannot be read is not looked at: the defaults' fleet,
// ports and folders are not its own.
func TestNothingIsSaidOfAConfigurationThatCannotBeRead(t *testing.T) {
	f := healthy(t)
	f.ConfigFile, f.ConfigErr, f.Unread, f.Gateway.Base = "bad.toml", errors.New("bad.toml: line 4"), true, ""
	found := Run(t.Context(), f)
	for _, code := range []string{"secrets", "ports", "s3_endpoint", "httpfs", "disk_space", "disk_fsync", "fleet", "indexes", "models"} {
		wants(t, found, code, Skip, "cannot be read")
	}
	for code, status := range map[string]Status{"config": Fail, "sandbox": OK} {
		wants(t, found, code, status)
	}
	if n := Failed(found); n != 1 {
		t.Errorf("%d failed: %v", n, found)
	}
}

// A fleet that wants a token is asked with it, and one that refuses it is no fleet that
// does not answer.
func TestAFleetWithTokens(t *testing.T) {
	f := healthy(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer hush" {
			wire.WriteProblem(w, r, wire.ErrUnauthorized.Errorf("send the token"))
			return
		}
		answering(`{"status":"x","services":{"a":{"status":"ok","version":"`+service.Version()+`"}}}`)(w, r)
	}))
	defer server.Close()
	f.Gateway.Base = server.URL
	wants(t, fleet(t.Context(), f), "fleet", Warn, server.URL, "asks for a token", "AUTH_TOKEN")
	f.Gateway.Token = "wrong"
	wants(t, fleet(t.Context(), f), "fleet", Warn, server.URL, "does not accept", "AUTH_TOKEN")
	f.Gateway.Token = "hush"
	wants(t, fleet(t.Context(), f), "fleet", OK, "1 daemons")
	notFound := httptest.NewServer(http.NotFoundHandler())
	defer notFound.Close()
	f.Gateway.Base = notFound.URL
	wants(t, fleet(t.Context(), f), "fleet", Warn, "answers, but not")
}

// at makes the fleet's storaged belong at an address.
func at(t *testing.T, f Fleet, address string) Fleet {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	f.Daemons = []string{"storaged"}
	known, _ := service.Port("storaged")
	f.Settings.PortOffset = port - known
	return f
}

func TestPortsAndWhoHoldsThem(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := at(t, healthy(t), l.Addr().String())
	wants(t, ports(t.Context(), f), "ports", Fail, filepath.Base(os.Args[0]), fmt.Sprint(os.Getpid()), "port-offset")
	f.Peers = service.Peers{"storaged": "http://10.0.0.9:3211"}
	wants(t, ports(t.Context(), f), "ports", OK)
	f.Peers = nil
	l.Close()
	wants(t, ports(t.Context(), f), "ports", OK, "free")
	f.Settings.Bind = "192.0.2.1" // nobody's
	wants(t, ports(t.Context(), f), "ports", Fail, "bind")

	fleet := &exec.Cmd{Path: "/proc/self/exe", Args: []string{fleetName}}
	in, err := fleet.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := fleet.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := fleet.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	wants(t, ports(t.Context(), at(t, healthy(t), strings.TrimSpace(address))), "ports", OK, "a fleet holds", fmt.Sprint(fleet.Process.Pid))
	in.Close()
	if err := fleet.Wait(); err != nil {
		t.Error(err)
	}
}

func TestDisk(t *testing.T) {
	f := healthy(t)
	var stat unix.Statfs_t
	if err := unix.Statfs(f.Settings.Data, &stat); err != nil {
		t.Fatal(err)
	}
	free := int64(stat.Bavail) * stat.Frsize
	for reserve, status := range map[int64]Status{1: OK, free / 3 * 2: Warn, free * 4: Fail} {
		f.Storaged.ReserveBytes = reserve
		wants(t, disk(t.Context(), f), "disk_space", status, "GiB free")
	}
	f.Settings.Data = filepath.Join(f.Settings.Data, "not", "yet", "there")
	wants(t, disk(t.Context(), f), "disk_fsync", OK, "ms each")
	f.Settings.Data = "/proc"
	wants(t, disk(t.Context(), f), "disk_fsync", Fail, "/proc")
}

func TestExtensionAndSandbox(t *testing.T) {
	f := healthy(t)
	wants(t, extension(t.Context(), f), "httpfs", OK, "/x/httpfs", "v1.5.5")
	missing := errors.New("it is not there")
	f.Extension = func() (string, error) { return "", missing }
	wants(t, extension(t.Context(), f), "httpfs", Skip, "pip install")
	f.Storaged.Backend = "s3"
	wants(t, extension(t.Context(), f), "httpfs", Warn, "pip install --target", "duckdb-extension-httpfs==1.5.5")
	f.Access = "s3"
	wants(t, extension(t.Context(), f), "httpfs", Fail, "pip install")

	f = healthy(t)
	for _, c := range []struct {
		walls  Walls
		err    error
		status Status
		word   string
	}{
		{Walls{7, true}, nil, OK, "version 7"},
		{Walls{3, true}, nil, Warn, "6.7"},
		{Walls{7, false}, nil, Warn, "seccomp"},
		{Walls{0, true}, nil, Warn, "no Landlock"},
		{Walls{}, missing, Fail, "it is not there"},
	} {
		f.Worker = func(string) (Walls, error) { return c.walls, c.err }
		wants(t, sandbox(t.Context(), f), "sandbox", c.status, c.word)
	}
	wants(t, extension(t.Context(), f), "httpfs", Warn, "does not load")
	f.Access = "s3"
	wants(t, extension(t.Context(), f), "httpfs", Fail, "does not load")
}

func TestOllamaAndTheFleet(t *testing.T) {
	f := healthy(t)
	wants(t, ollama(t.Context(), f), "ollama", Skip)
	wants(t, fleet(t.Context(), f), "fleet", Skip)
	server := httptest.NewServer(answering(`{"models":[{"name":"qwen2.5:0.5b"}]}`))
	defer server.Close()
	at := func(url, model string) remote.Config {
		return remote.Config{Provider: remote.Ollama, URL: url, Model: model}
	}
	f.Models = map[string]remote.Config{"a": at(server.URL, "qwen2.5:0.5b"), "b": {Provider: remote.OpenAI, URL: "http://127.0.0.1:1"}}
	wants(t, ollama(t.Context(), f), "ollama", OK, server.URL+" answers, and has qwen2.5:0.5b")
	f.Models["nomic-embed-text"] = at(server.URL, "")
	wants(t, ollama(t.Context(), f), "ollama", Warn, "does not have the model nomic-embed-text", "ollama pull nomic-embed-text")
	f.Models["c"] = at("http://127.0.0.1:1", "x")
	wants(t, ollama(t.Context(), f), "ollama", Warn, "no Ollama answers at http://127.0.0.1:1, where", "OLLAMA_HOST=127.0.0.1:1 ollama serve", "ollama pull nomic-embed-text")
	mine := service.Version()
	for _, c := range []struct {
		services string
		status   Status
		word     string
	}{
		{`"a":{"status":"ok","version":"` + mine + `"},"b":{"status":"ok","version":"` + mine + `"}`, OK, "the gateway answers, and the 2 daemons behind it"},
		{`"a":{"status":"ok","version":"` + mine + `"},"b":{"status":"ok","version":"v0"}`, Warn, "several versions"},
		{`"a":{"status":"ok","version":"v0"}`, Warn, "restart the fleet"},
		{`"a":{"status":"ok","version":"v0"},"b":{"status":"not_ready","reasons":["storaged does not answer"]}`, Fail, "b is not_ready: storaged does not answer"},
		{`"a":{"status":"down"},"b":{"status":"down","reasons":["b does not answer"]}`, Fail, "a is down; b does not answer"},
	} {
		server := httptest.NewServer(answering(`{"status":"x","services":{` + c.services + `}}`))
		f.Gateway.Base = server.URL
		wants(t, fleet(t.Context(), f), "fleet", c.status, c.word)
		server.Close()
	}
}
