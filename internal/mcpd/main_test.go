package mcpd_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// asMain makes the test's own program mcpd.
const asMain = "TEST_LAKEHOUSE_MCPD"

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		os.Exit(mcpd.Main())
	}
	os.Exit(m.Run())
}

// nobody is the address of a gateway that does not run.
const nobody = "http://127.0.0.1:1"

// process is mcpd as a client starts it.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	log *testlog.Text

	outEnd io.Closer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(testbed.Program("mcpd"), args...), log: &testlog.Text{}}
	p.cmd.Env = append(os.Environ(), asMain+"=1", "AUTH_TOKEN=", "LAKEHOUSE_GATEWAY=")
	p.cmd.Dir = t.TempDir()
	p.cmd.Stderr = p.log
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out, p.outEnd = in, bufio.NewReader(out), out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // it has ended, unless the test failed
	return p
}

func (p *process) say(lines ...string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, strings.Join(lines, "\n")+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// hear gives the next line of standard output, which has to be a message.
func (p *process) hear() map[string]any {
	p.t.Helper()
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		p.t.Fatalf("%q: %v; it said %s", line, err, p.log)
	}
	var doc map[string]any
	if err := json.Unmarshal(line, &doc); err != nil || doc["jsonrpc"] != "2.0" {
		p.t.Fatalf("%q is no message: %v", line, err)
	}
	return doc
}

// ask sends a request and gives its result.
func (p *process) ask(method, params string) map[string]any {
	p.t.Helper()
	p.say(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params))
	doc := p.hear()
	result, _ := doc["result"].(map[string]any)
	if result == nil {
		p.t.Fatalf("%s: %v", method, doc)
	}
	return result
}

// ends waits for the end, after which nothing more may have been said, and gives the exit
// code.
func (p *process) ends() int {
	p.t.Helper()
	if rest, err := io.ReadAll(p.out); err != nil || len(rest) > 0 {
		p.t.Errorf("at the end it said %q, %v", rest, err)
	}
	_ = p.cmd.Wait() // the exit code tells
	return p.cmd.ProcessState.ExitCode()
}
