package fleet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// deployFolder holds what operators copy.
const deployFolder = "../../deploy"

// prometheus is a real Prometheus that looks after a fleet.
type prometheus struct {
	t        *testing.T
	url      string
	patience context.Context // of all questions whose answer may be late
}

// watch starts Prometheus with the files that operators copy. Of those only the
// addresses and the times are changed: it looks every second, alerts do not wait,
// and the gateway has a second address where nobody is.
func watch(t *testing.T, f *fleet.Fleet) prometheus {
	t.Helper()
	dir, address := t.TempDir(), testbed.FreeAddress(t)
	config := deployed(t, "prometheus/prometheus.yml")
	for _, name := range daemonNames {
		port, _ := service.Port(name)
		live := `"` + strings.TrimPrefix(f.URL(name), "http://") + `"`
		if name == "gateway" {
			live += `, "` + testbed.FreeAddress(t) + `"`
		}
		written := fmt.Sprintf(`"127.0.0.1:%d"`, port)
		if !strings.Contains(config, written) {
			t.Fatalf("prometheus.yml does not look at %s", written)
		}
		config = strings.ReplaceAll(config, written, live)
	}
	config = strings.ReplaceAll(config, "interval: 15s", "interval: 1s")
	rules := regexp.MustCompile(`(?m)^( +for: ).*$`).ReplaceAllString(deployed(t, "prometheus/rules.yml"), "${1}0s")
	for name, text := range map[string]string{"prometheus.yml": config, "rules.yml": rules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(testbed.Tool(t, "prometheus"), "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--log.level=warn")
	testbed.Start(t, "prometheus", cmd, "http://"+address+"/-/ready")
	patience, end := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(end)
	return prometheus{t, "http://" + address + "/api/v1", patience}
}

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deployFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// get asks Prometheus; into takes what is under "data".
func (p prometheus) get(path string, params url.Values, into any) error {
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path+"?"+params.Encode(), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer := struct {
		Error string
		Data  any
	}{Data: into}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, answer.Error)
	}
	return nil
}

// series is one series of an answer.
type series struct {
	Metric map[string]string
	Value  [2]any // the time, and the value as text
}

func (s series) value() float64 {
	text, _ := s.Value[1].(string)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

// query evaluates an expression as of now.
func (p prometheus) query(expr string) ([]series, error) {
	var answer struct{ Result []series }
	err := p.get("/query", url.Values{"query": {expr}}, &answer)
	return answer.Result, err
}

// numbers evaluates an expression until it has a number: of a daemon that was late to
// answer once, there is none until it has answered again.
func (p prometheus) numbers(expr string) ([]series, error) {
	for {
		found, err := p.query(expr)
		number := slices.ContainsFunc(found, func(s series) bool { return !math.IsNaN(s.value()) })
		if err != nil || number {
			return found, err
		}
		select {
		case <-p.patience.Done():
			return nil, errors.New("no number")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// scraped waits until every daemon was looked at after now.
func (p prometheus) scraped() {
	p.t.Helper()
	after := float64(time.Now().UnixMilli()) / 1000
	p.await("a look at every daemon", func() bool {
		found, err := p.query(fmt.Sprintf("count(timestamp(lakehouse_build_info) > %f)", after))
		return err == nil && len(found) == 1 && found[0].value() == float64(len(daemonNames))
	})
}

// await waits until something is so.
func (p prometheus) await(what string, so func() bool) {
	p.t.Helper()
	for !so() {
		select {
		case <-p.patience.Done():
			p.t.Fatalf("%s did not come", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// node is a part of an expression, as Prometheus parses it.
type node struct {
	Type     string
	Name     string // of a selector
	Op       string
	Grouping []string
	Matchers []struct{ Name, Value, Type string }
	Func     struct{ Name string }
	Expr     *node
	LHS, RHS *node
	Args     []*node
}

func (p prometheus) parse(expr string) (*node, error) {
	var n node
	err := p.get("/parse_query", url.Values{"query": {expr}}, &n)
	return &n, err
}

// visit shows a node and all below it, each with the function it is an argument of.
func (n *node) visit(within string, see func(n *node, within string)) {
	if n == nil {
		return
	}
	see(n, within)
	if n.Type == "call" {
		within = n.Func.Name
	}
	for _, below := range append([]*node{n.Expr, n.LHS, n.RHS}, n.Args...) {
		below.visit(within, see)
	}
}

// selector writes the series that a node names.
func (n *node) selector() string {
	var matchers []string
	for _, m := range n.Matchers {
		if m.Name != "__name__" {
			matchers = append(matchers, m.Name+m.Type+strconv.Quote(m.Value))
		}
	}
	return n.Name + "{" + strings.Join(matchers, ",") + "}"
}
