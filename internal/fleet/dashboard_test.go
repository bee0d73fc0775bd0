package fleet_test

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
)

// showsTheDashboard: every query of the dashboard has an answer in numbers, over
// metrics and labels that are there, and rates are of counters alone.
func (p prometheus) showsTheDashboard() {
	p.t.Helper()
	var board struct {
		Panels []struct {
			Title, Type string
			Targets     []struct{ Expr, LegendFormat string }
		}
		Templating struct {
			List []struct{ Name, Type, Definition string }
		}
	}
	if err := json.Unmarshal([]byte(deployed(p.t, "grafana/lakehouse.json")), &board); err != nil {
		p.t.Fatal(err)
	}
	kinds := p.kinds()
	queries := 0
	for _, panel := range board.Panels {
		for _, target := range panel.Targets {
			queries++
			p.answersQuery(panel.Title, target.Expr, target.LegendFormat, kinds)
		}
	}
	if queries < 80 {
		p.t.Errorf("only %d queries were found in the dashboard", queries)
	}
	values := regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)
	for _, v := range board.Templating.List {
		if v.Type == "datasource" {
			continue
		}
		parts := values.FindStringSubmatch(v.Definition)
		if parts == nil {
			p.t.Errorf("the variable %s asks %q", v.Name, v.Definition)
			continue
		}
		found, err := p.numbers("last_over_time(" + chosenAll(parts[1]) + "[5m])")
		if err != nil || len(found) != len(daemonNames) || found[0].Metric[parts[2]] == "" {
			p.t.Errorf("the variable %s has no values: %v, %v", v.Name, found, err)
		}
	}
}

// chosenAll writes an expression as Grafana does where all is chosen.
func chosenAll(expr string) string {
	return strings.NewReplacer("$__rate_interval", "15m", "$job", ".+", "$instance", ".+").Replace(expr)
}

// kinds gives what each metric is: counter, gauge, histogram, summary.
func (p prometheus) kinds() map[string]string {
	p.t.Helper()
	var metadata map[string][]struct{ Type string }
	if err := p.get("/metadata", nil, &metadata); err != nil {
		p.t.Fatal(err)
	}
	kinds := map[string]string{}
	for name, of := range metadata {
		kinds[name] = of[0].Type
	}
	return kinds
}

func (p prometheus) answersQuery(title, expr, legend string, kinds map[string]string) {
	p.t.Helper()
	expr = chosenAll(expr)
	p.selectsWhatIs(title, expr, kinds)
	found, err := p.numbers(expr)
	if err != nil {
		p.t.Errorf("%q has nothing to show: %s: %v", title, expr, err)
		return
	}
	for _, label := range regexp.MustCompile(`{{(\w+)}}`).FindAllStringSubmatch(legend, -1) {
		if found[0].Metric[label[1]] == "" {
			p.t.Errorf("%q: the legend names %s, which %s has not", title, label[1], expr)
		}
	}
}

// selectsWhatIs: every selector of an expression finds series, whose labels are those
// that it is grouped by, and of the kind that the function around it is for.
func (p prometheus) selectsWhatIs(title, expr string, kinds map[string]string) {
	p.t.Helper()
	root, err := p.parse(expr)
	if err != nil {
		p.t.Errorf("%q: %s: %v", title, expr, err)
		return
	}
	var labels []string
	root.visit("", func(n *node, within string) {
		labels = append(labels, n.Grouping...)
		if n.Type != "vectorSelector" && n.Type != "matrixSelector" {
			return
		}
		found, err := p.numbers(n.selector())
		if err != nil {
			p.t.Errorf("%q asks for %s, and there is none: %v", title, n.selector(), err)
			return
		}
		for _, label := range labels {
			if label != "le" && found[0].Metric[label] == "" {
				p.t.Errorf("%q groups %s by %s, which it has not", title, n.Name, label)
			}
		}
		grows := within == "rate" || within == "increase"
		switch kind := kindOf(n.Name, kinds); {
		case grows && kind != "counter":
			p.t.Errorf("%q takes the %s of %s, a %s", title, within, n.Name, kind)
		case !grows && kind == "counter" && within != "timestamp":
			p.t.Errorf("%q shows the counter %s as it is; say how fast it grows", title, n.Name)
		}
	})
	if strings.Contains(expr, "histogram_quantile") && !strings.Contains(expr, "_bucket") {
		p.t.Errorf("%q takes a quantile of what has no buckets: %s", title, expr)
	}
}

// kindOf is what a series is, by its name: those of a histogram are counters.
func kindOf(series string, kinds map[string]string) string {
	if kind, known := kinds[series]; known {
		return kind
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if of, cut := strings.CutSuffix(series, suffix); cut && (kinds[of] == "histogram" || kinds[of] == "summary") {
			return "counter"
		}
	}
	return "gauge" // Prometheus' own, as up
}

// raisesAlerts: every alert asks for what there is and is explained; those fire that have a reason to,
// and of the others none.
func (p prometheus) raisesAlerts() {
	p.t.Helper()
	var rules struct {
		Groups []struct {
			Rules []struct{ Name, Query, Health string }
		}
	}
	if err := p.get("/rules", url.Values{"type": {"alert"}}, &rules); err != nil {
		p.t.Fatal(err)
	}
	kinds, all := p.kinds(), 0
	explained, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			all++
			p.selectsWhatIs(r.Name, r.Query, kinds)
			if !strings.Contains(string(explained), "`"+r.Name+"`") {
				p.t.Errorf("OPERATIONS.md does not say what %s is", r.Name)
			}
			if r.Health == "err" {
				p.t.Errorf("%s cannot be evaluated", r.Name)
			}
		}
	}
	if all < 10 {
		p.t.Errorf("only %d alerts were found", all)
	}
	want := []string{"LakehouseDaemonDown", "LakehouseErrorRatio", "LakehouseStatementsRefused", "LakehouseWorkerMemory"}
	// The room on this machine's disk is nobody's fault here, and nor is that it is slow.
	may := append([]string{"LakehouseNotReady", "LakehouseDiskReserve", "LakehouseDiskReserveNear", "LakehouseDataDiskLow"}, want...)
	var firing []string
	p.await("the alerts "+strings.Join(want, ", "), func() bool {
		var alerts struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
		if err := p.get("/alerts", nil, &alerts); err != nil {
			p.t.Fatal(err)
		}
		firing = nil
		for _, a := range alerts.Alerts {
			if a.State == "firing" {
				firing = append(firing, a.Labels["alertname"])
			}
		}
		return !slices.ContainsFunc(want, func(name string) bool { return !slices.Contains(firing, name) })
	})
	for _, name := range firing {
		if !slices.Contains(may, name) {
			p.t.Errorf("%s fires for nothing", name)
		}
	}
}
