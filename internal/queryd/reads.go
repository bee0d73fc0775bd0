package queryd

import (
	"fmt"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// reportReads says in an answer's header what it was made of.
func reportReads(h http.Header, read *tables) {
	if report := read.report(); report != "" {
		h.Set(query.HeaderReads, report)
	}
}

// maxReads bounds a header, which proxies do not pass at any length.
const maxReads = 4000

// report names what is read in a header.
func (t *tables) report() string {
	report := ""
	for i, part := range t.parts() {
		if len(report)+len(part) > maxReads {
			return report + ", ..."
		}
		if i > 0 {
			report += ", "
		}
		report += part
	}
	return report
}

// String names what is read in the log.
func (t *tables) String() string { return strings.Join(t.parts(), " ") }

// parts are the views and the datasets with their versions.
func (t *tables) parts() (parts []string) {
	for _, name := range byName(t.views) {
		parts = append(parts, fmt.Sprintf("%s@%d", name, t.views[name].Version))
	}
	for _, name := range t.datasets() {
		parts = append(parts, fmt.Sprintf("%s@%d", name, t.manifests[name].Version))
	}
	return parts
}
