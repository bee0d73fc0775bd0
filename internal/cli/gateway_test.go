package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// The verbs find the fleet that `up` in the same folder starts.
func TestTheGatewayIsTheOneOfTheConfiguration(t *testing.T) {
	clean(t)
	e := startEdge(t, service.Tokens{})
	config(t, "[fleet]\nport_offset = %d\n[queryd]\nmax_concurrent = 7\n", e.offset())
	if code, _, stderr := run(t, "status"); code != 0 {
		t.Errorf("the file's port_offset: %d %s", code, stderr)
	}
	config(t, "[fleet]\nbind = \"0.0.0.0\"\nport_offset = %d\n", e.offset())
	if code, _, stderr := run(t, "status"); code != 0 {
		t.Errorf("every address of this box: %d %s", code, stderr)
	}
	config(t, "[peers]\ngateway = %q\n", e.url)
	if code, _, stderr := run(t, "status"); code != 0 {
		t.Errorf("a gateway of another place: %d %s", code, stderr)
	}
	config(t, "[fleet]\nport_offset = 0\n")
	t.Setenv("LAKEHOUSE_FLEET_PORT_OFFSET", fmt.Sprint(e.offset()))
	if code, _, stderr := run(t, "status"); code != 0 {
		t.Errorf("the environment's port_offset: %d %s", code, stderr)
	}
	if code, _, _ := run(t, "status", "--gateway", "http://127.0.0.1:1"); code != 3 {
		t.Errorf("--gateway does not go before the configuration: %d", code)
	}
	t.Setenv("LAKEHOUSE_GATEWAY", "http://127.0.0.1:1")
	if code, _, _ := run(t, "status"); code != 3 {
		t.Errorf("LAKEHOUSE_GATEWAY does not go before the configuration: %d", code)
	}
}

// A configuration that cannot be read may not lead to somebody else's fleet. It
// is not looked at where the gateway is named.
func TestABrokenConfigurationIsNamed(t *testing.T) {
	clean(t)
	e := startEdge(t, service.Tokens{})
	for _, text := range []string{"[fleet]\nport_ofset = 1\n", "[fleet]\nport_offset = 70000\n", "[fleet\n"} {
		config(t, "%s", text)
		code, _, stderr := run(t, "datasets")
		if code != 1 || !strings.Contains(stderr, "lakehouse.toml") || !strings.Contains(stderr, "--gateway") {
			t.Errorf("%q: %d %s", text, code, stderr)
		}
		if code, _, stderr := run(t, "status", "--gateway", e.url); code != 0 {
			t.Errorf("%q, with --gateway: %d %s", text, code, stderr)
		}
		if code, _, stderr := run(t, "version"); code != 0 {
			t.Errorf("%q: version needs no gateway: %d %s", text, code, stderr)
		}
	}
}

func TestAGatewayThatIsNoURLIsAWrongCall(t *testing.T) {
	clean(t)
	for _, base := range []string{"localhost", "127.0.0.1:3110", "localhost:3110", "ftp://localhost", "http://", "http://u:hunter2@localhost", "http://localhost?x=hunter2"} {
		t.Setenv("LAKEHOUSE_GATEWAY", "")
		code, _, stderr := run(t, "status", "--gateway", base)
		if code != 2 || !strings.Contains(stderr, "--gateway has to be a URL like http://127.0.0.1:3110") || strings.Contains(stderr, "hunter2") {
			t.Errorf("--gateway %s: %d %s", base, code, stderr)
		}
		t.Setenv("LAKEHOUSE_GATEWAY", base)
		code, _, stderr = run(t, "sql", "select 1")
		if code != 2 || !strings.Contains(stderr, "LAKEHOUSE_GATEWAY has to be a URL like http://127.0.0.1:3110") {
			t.Errorf("LAKEHOUSE_GATEWAY=%s: %d %s", base, code, stderr)
		}
	}
	e := startEdge(t, service.Tokens{})
	for _, base := range []string{e.url, e.url + "/", e.url + "/v1", e.url + "/v1/"} {
		if code, _, stderr := run(t, "status", "--gateway", base); code != 0 {
			t.Errorf("--gateway %s: %d %s", base, code, stderr)
		}
	}
}

func TestAFleetThatDrainsSaysSo(t *testing.T) {
	clean(t)
	begun, release := make(chan struct{}), make(chan struct{})
	e := startEdge(t, service.Tokens{}, service.Route{Method: "GET", Path: "/v1/slow", ID: "slow", Access: service.Read,
		Handle: func(http.ResponseWriter, *http.Request) error {
			close(begun)
			<-release
			return nil
		}})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if resp, err := http.Get(e.url + "/v1/slow"); err == nil {
			resp.Body.Close()
		}
	}()
	defer func() {
		close(release)
		<-ended
	}()
	<-begun
	e.drain()
	for draining := false; !draining && t.Context().Err() == nil; {
		resp, err := http.Get(e.url + "/ready")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		draining = resp.StatusCode == http.StatusServiceUnavailable
	}
	code, _, stderr := run(t, "status", "--gateway", e.url)
	if code != 3 || !strings.Contains(stderr, "gateway is stopping") || strings.Contains(stderr, "nil") || strings.Contains(stderr, "lakehouse up") {
		t.Errorf("%d %s", code, stderr)
	}
}

func TestATokenThatIsNotAcceptedIsToldFromNone(t *testing.T) {
	clean(t)
	e := startEdge(t, service.Tokens{Current: service.NewSecret("right")})
	for token, c := range map[string]struct {
		code int
		says string
	}{
		"right":   {0, ""},
		"":        {4, "asks for a token: set AUTH_TOKEN"},
		"hunter2": {4, "the token in AUTH_TOKEN is not accepted"},
	} {
		t.Setenv("AUTH_TOKEN", token)
		code, _, stderr := run(t, "status", "--gateway", e.url)
		if code != c.code || !strings.Contains(stderr, c.says) || strings.Contains(stderr, "hunter2") {
			t.Errorf("token %q: %d %s", token, code, stderr)
		}
	}
}

// The program of a test has no mcpd beside it.
func TestTheConfigurationOfAClientSaysWhereMCPDIsMissing(t *testing.T) {
	clean(t)
	t.Setenv("AUTH_TOKEN", "hunter2")
	code, stdout, stderr := run(t, "mcp", "config")
	if code != 1 || stdout != "" || !strings.Contains(stderr, "there is no mcpd beside") || strings.Contains(stderr, "hunter2") {
		t.Errorf("%d %s %s", code, stdout, stderr)
	}
}

func TestATokenThatNoHeaderCarriesIsNamed(t *testing.T) {
	clean(t)
	e := startEdge(t, service.Tokens{})
	t.Setenv("AUTH_TOKEN", "hunter2\n")
	code, _, stderr := run(t, "status", "--gateway", e.url)
	if code != 1 || !strings.Contains(stderr, "the value of AUTH_TOKEN holds") || strings.Contains(stderr, "hunter2") {
		t.Errorf("%d %s", code, stderr)
	}
}

// What answers where the gateway should and is another program is told as that, by every verb.
func TestAnotherProgramIsNoGateway(t *testing.T) {
	clean(t)
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	for _, args := range [][]string{{"status"}, {"datasets"}, {"sql", "SELECT 1"}, {"search", "x", "y"}, {"embed", "x"}} {
		code, _, stderr := run(t, append(args, "--gateway", web.URL)...)
		if code != 3 || !strings.Contains(stderr, "what answers at "+web.URL+" is no gateway of a lakehouse: it answers 404 Not Found; name the gateway with --gateway") {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
}
