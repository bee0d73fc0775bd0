package fleet_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// TestWhatOperatorsSee: what /metrics says of a fleet that has done one of everything
// is named as Prometheus does, is what OPERATIONS.md says, and is what the dashboard
// and the alerts ask for.
func TestWhatOperatorsSee(t *testing.T) {
	f := startFleet(t, t.TempDir(), func(c *fleet.Config) {
		c.Queryd.Access = "cache" // the one way that has metrics of its own
		c.Queryd.MaxConcurrent, c.Queryd.MaxQueue, c.Queryd.QueueWait = 1, 1, service.Duration(300*time.Millisecond)
		c.Queryd.MemoryBytes = 300 << 20
		c.Embedd.Models = map[string]remote.Config{"elsewhere": {Provider: remote.OpenAI, URL: "https://127.0.0.1:1"}} // likewise
	})
	l := lake{t, f.URL("gateway")}
	l.doEverything("first")
	l.askTooMuch()
	t.Run("names", func(t *testing.T) { namesHold(t, f) })
	t.Run("documents", func(t *testing.T) { metricsAreDocumented(t, f) })
	t.Run("views", func(t *testing.T) { viewsAreSeen(t, f) })
	t.Run("dashboard", func(t *testing.T) {
		p := watch(t, f)
		p.scraped()
		l := lake{t, l.url}
		l.doEverything("second") // a rate is of what changes between two looks
		l.fold("second")
		l.askTooMuch()
		p.scraped()
		p.showsTheDashboard()
		p.raisesAlerts()
	})
}

// doEverything does one of everything to a dataset and a view, its own, so that all
// metrics move.
func (l lake) doEverything(name string) {
	l.t.Helper()
	l.employ(name)
	if status, doc := l.ingest("name="+name+"&mode=append", "id,name,hours\nX,Xi,1\nY,Yi,1\nZ,Zi,x\n"); status != http.StatusUnprocessableEntity {
		l.t.Errorf("a bad row: %d %v", status, doc)
	}
	for _, csv := range []string{"id,name,hours\nJ,Jo,1\n", "id,name,hours\nJ,Jo,x\n"} {
		l.ended(l.submit("name="+name+"&mode=append", csv).ID)
	}
	l.ask(name)
	for _, change := range [][3]string{
		{"POST", "tag/NAME?version=2&tag=w44"}, {"POST", "rollback/NAME?version=2"}, {"DELETE", "tag/NAME?tag=w44"},
		{"PATCH", "datasets/NAME", `{"description":"who works"}`},
		{"POST", "rename/NAME?to=NAME_b"}, {"DELETE", "datasets/NAME_b"}, {"POST", "restore/NAME_b"}, {"POST", "rename/NAME_b?to=NAME"},
		{"POST", "views", `{"name":"NAME_v","sql":"SELECT name FROM NAME"}`}, {"PATCH", "views/NAME_v", `{"description":"who"}`},
		{"DELETE", "views/NAME_v"}, {"POST", "views/NAME_v/restore"},
	} {
		path, body := strings.ReplaceAll(change[1], "NAME", name), strings.ReplaceAll(change[2], "NAME", name)
		if status, doc := l.send(change[0], "/v1/catalog/"+path, "application/json", body); status >= 300 {
			l.t.Errorf("%v: %d %v", change, status, doc)
		}
	}
	l.ask(name + "_v")
	l.searchEverything(name)
	l.want(http.StatusOK, "POST", "/v1/embed", `{"texts":["who works as `+name+`"]}`)
	fields := map[string]any{"name": name, "where": "name = '" + person + "'"}
	_, plan := l.erase(fields)
	fields["confirm"] = plan["confirm"]
	if status, doc := l.erase(fields); status != http.StatusOK {
		l.t.Errorf("an erasure: %d %v", status, doc)
	}
}

// searchEverything makes an index, loads it, changes it and searches it in each mode.
func (l lake) searchEverything(name string) {
	l.t.Helper()
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"`+name+`","dimension":2}`)
	l.load(name, `{"sql":"SELECT id, name AS text, [1, hours]::FLOAT[] AS vector FROM `+name+` WHERE hours IS NOT NULL"}`)
	for _, c := range [][2]string{
		{"add", `{"items":[{"id":"n","vector":[1,0],"text":"night shift"},{"id":"d","vector":[0,1]}]}`}, {"add", `{"items":[{"id":"n","vector":[1,0],"text":"night shift"}]}`},
		{"search", `{"vector":[1,1]}`}, {"search", `{"text":"night"}`}, {"search", `{"vector":[1,1],"text":"night"}`},
		{"delete", `{"ids":["d"]}`}, {"erase", `{"ids":["n"]}`},
	} {
		l.want(http.StatusOK, "POST", "/v1/vectors/index/"+name+"/"+c[0], c[1])
	}
}

// fold loads as many small files as become few, and waits until they have.
func (l lake) fold(name string) {
	l.t.Helper()
	for i := range 9 {
		l.mustIngest("name="+name+"&mode=append", fmt.Sprintf("id,name,hours\nN%d,Ned,%d\n", i, i))
	}
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	for len(l.objectsOf(name)) >= 8 {
		select {
		case <-ctx.Done():
			l.t.Fatalf("%d files are not folded", len(l.objectsOf(name)))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ask has a statement succeed, succeed again, and fail.
func (l lake) ask(name string) {
	l.t.Helper()
	for range 2 {
		l.rows("SELECT count(*) FROM " + name)
	}
	if _, err := l.query().Run(l.t.Context(), query.Request{SQL: "SELECT nothing FROM " + name}); err == nil {
		l.t.Error("a column that is not there has an answer")
	}
}

// askTooMuch has a statement outgrow its worker, one find no turn, and one not end in
// time.
func (l lake) askTooMuch() {
	l.t.Helper()
	run := func(sql string, ms int64) <-chan error {
		ended := make(chan error, 1)
		go func() {
			_, err := l.query().Run(l.t.Context(), query.Request{SQL: sql, TimeoutMS: &ms})
			ended <- err
		}()
		return ended
	}
	if err := <-run("SELECT length(repeat('a', 4000000000))", 60_000); err == nil {
		l.t.Error("what needs gigabytes has an answer")
	}
	const endless = "SELECT count(*) FROM range(1000000000000) a(i), range(1000000) b(j) WHERE i * j % 7 = 8"
	first := run(endless, 600)
	second := run(endless, 600) // waits for the first one, in vain
	for _, err := range []error{<-first, <-second} {
		if err == nil {
			l.t.Error("an endless statement has an answer")
		}
	}
}

// scrape gives the metrics of one daemon.
func scrape(t *testing.T, f *fleet.Fleet, daemon string) (text string, families map[string]*dto.MetricFamily) {
	t.Helper()
	resp, err := http.Get(f.URL(daemon) + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	if families, err = parser.TextToMetricFamilies(strings.NewReader(string(all))); err != nil {
		t.Fatal(err)
	}
	return string(all), families
}

// mostSeries is how many series a metric may have here: more would mean that a label
// takes what clients make up.
const mostSeries = 80

func namesHold(t *testing.T, f *fleet.Fleet) {
	for _, daemon := range daemonNames {
		text, families := scrape(t, f, daemon)
		problems, err := promlint.New(strings.NewReader(text)).Lint()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", daemon, p.Metric, p.Text)
		}
		ours := regexp.MustCompile(`^lakehouse_(` + daemon + `|http|duck|build_info|ready|data_disk)(_|$)`)
		for name, family := range families {
			if !strings.HasPrefix(name, "lakehouse_") {
				continue
			}
			if !ours.MatchString(name) {
				t.Errorf("%s: %s is named after nothing of it", daemon, name)
			}
			if n := len(family.GetMetric()); n > mostSeries {
				t.Errorf("%s: %s has %d series", daemon, name, n)
			}
			for _, m := range family.GetMetric() {
				for _, label := range m.GetLabel() {
					if value := label.GetValue(); strings.Contains(value, "first") || strings.Contains(value, "quarantine") && value != "quarantined" || strings.Contains(value, person) {
						t.Errorf("%s: %s has the label %s=%q, of which there are as many as clients like", daemon, name, label.GetName(), value)
					}
				}
			}
		}
	}
}

// metricsAreDocumented: OPERATIONS.md names every metric, and no other.
func metricsAreDocumented(t *testing.T, f *fleet.Fleet) {
	text, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\blakehouse_[a-z_]*[a-z]`).FindAllString(string(text), -1)
	var live []string
	for _, daemon := range daemonNames {
		_, families := scrape(t, f, daemon)
		for name := range families {
			if strings.HasPrefix(name, "lakehouse_") {
				live = append(live, name)
			}
		}
	}
	for _, name := range named {
		if !slices.Contains(live, name) {
			t.Errorf("OPERATIONS.md names %s, which nobody shows", name)
		}
	}
	for _, name := range live {
		if !slices.Contains(named, name) {
			t.Errorf("OPERATIONS.md does not say what %s is", name)
		}
	}
}

// viewsAreSeen: views are counted beside datasets, and OPERATIONS.md names every sort of
// edit of either, and no other.
func viewsAreSeen(t *testing.T, f *fleet.Fleet) {
	_, families := scrape(t, f, "catalogd")
	for name, want := range map[string]float64{"lakehouse_catalogd_datasets": 2, "lakehouse_catalogd_views": 1} { // the bad rows are a dataset
		if got := families[name].GetMetric(); len(got) != 1 || got[0].GetGauge().GetValue() != want {
			t.Errorf("%s is %v, not %v", name, got, want)
		}
	}
	text, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`\| .lakehouse_catalogd_edits_total\{op\}. \| .*: (.*) \|`).FindSubmatch(text)
	if row == nil {
		t.Fatal("OPERATIONS.md lists no sorts of edits")
	}
	named := strings.Split(string(row[1]), ", ")
	done := []string{"delete_dropped"} // which is done once the time of what was dropped is over
	for _, m := range families["lakehouse_catalogd_edits_total"].GetMetric() {
		done = append(done, m.GetLabel()[0].GetValue())
	}
	slices.Sort(named)
	slices.Sort(done)
	if !slices.Equal(named, done) {
		t.Errorf("OPERATIONS.md names the edits %q, and there are %q", named, done)
	}
}
