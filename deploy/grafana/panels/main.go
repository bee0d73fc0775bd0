// The command panels writes the Grafana dashboard of a fleet, deploy/grafana/lakehouse.json.
// What is on it is said in panels.go, one line a panel; the same panels always give the
// same bytes, and a test holds the file against them. Run it in the repository's root:
//
//	go run ./deploy/grafana/panels
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

const file = "deploy/grafana/lakehouse.json"

func main() {
	text, err := dashboard()
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// object is one of Grafana's own: its fields are Grafana's to name.
type object = map[string]any

// dashboard gives the JSON that Grafana imports. It names no data source: that is the
// first variable, so nothing is asked for at the import.
func dashboard() ([]byte, error) {
	var made []object
	y := 0
	for _, r := range rows() {
		made = append(made, object{"id": len(made) + 1, "type": "row", "title": r.title, "collapsed": false,
			"gridPos": object{"x": 0, "y": y, "w": 24, "h": 1}, "panels": []object{}})
		y++
		x := 0
		for _, p := range r.panels {
			if x+r.width > 24 {
				x, y = 0, y+r.height
			}
			made = append(made, p.made(len(made)+1, object{"x": x, "y": y, "w": r.width, "h": r.height}))
			x += r.width
		}
		y += r.height
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	err := out.Encode(object{
		"uid": "lakehouse", "title": "Lakehouse", "tags": []string{"lakehouse"}, "schemaVersion": 41, "version": 1,
		"editable": true, "graphTooltip": 1, "refresh": "30s", "timezone": "browser", "time": object{"from": "now-3h", "to": "now"},
		"annotations": object{"list": []object{}}, "links": []object{}, "panels": made,
		"templating": object{"list": []object{
			{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
			choice("job", "Daemon", `label_values(lakehouse_build_info, job)`),
			choice("instance", "Instance", `label_values(lakehouse_build_info{job=~"$job"}, instance)`),
		}},
	})
	return text.Bytes(), err
}

var source = object{"type": "prometheus", "uid": "${datasource}"}

// choice is a variable of which all values are chosen at first.
func choice(name, label, query string) object {
	return object{"name": name, "label": label, "type": "query", "datasource": source,
		"query": object{"query": query, "refId": name}, "definition": query, "refresh": 2, "sort": 1,
		"includeAll": true, "multi": true, "allValue": ".+", "current": object{"text": []string{"All"}, "value": []string{"$__all"}}}
}

func (p panel) made(id int, place object) object {
	kind, options := "timeseries", object{
		"legend":  object{"displayMode": "list", "placement": "bottom", "showLegend": true},
		"tooltip": object{"mode": "multi", "sort": "desc"}}
	if p.stat {
		kind, options = "stat", object{"colorMode": "background", "textMode": "value_and_name", "graphMode": "none",
			"reduceOptions": object{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}}
	}
	defaults := object{"unit": p.unit, "min": 0}
	if p.good > 0 {
		defaults["thresholds"] = object{"mode": "absolute", "steps": []object{{"color": "red", "value": nil}, {"color": "green", "value": p.good}}}
	}
	if p.bad > 0 {
		defaults["thresholds"] = object{"mode": "absolute", "steps": []object{{"color": "green", "value": nil}, {"color": "red", "value": p.bad}}}
	}
	var targets []object
	for i, q := range p.queries {
		targets = append(targets, object{"refId": string(rune('A' + i)), "datasource": source, "expr": q.expr, "legendFormat": q.legend, "range": !p.stat, "instant": p.stat})
	}
	return object{"id": id, "type": kind, "title": p.title, "description": p.about, "datasource": source, "gridPos": place,
		"fieldConfig": object{"defaults": defaults, "overrides": []object{}}, "options": options, "targets": targets}
}
