package queryd

import (
	"fmt"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

func TestTableNotFound(t *testing.T) {
	l := newLake(t)
	l.staffing()
	d := start(t, small(), l.peers)
	for sql, near := range map[string]string{
		"SELECT * FROM placement":             "[placements]",
		"SELECT * FROM Clinets":               "[clients]",
		"SELECT * FROM people":                "[hr.people]",
		"SELECT * FROM hr.placements":         "[placements]",
		"SELECT * FROM clients, nothing_like": "[]",
		`SELECT * FROM "my table"`:            "[]",
	} {
		p := d.sql(sql).expect(t, query.ErrTableNotFound)
		if got := fmt.Sprint(p.Fields["near"]); got != near {
			t.Errorf("%s: near %s, want %s", sql, got, near)
		}
		if p.Fields["table"] == nil || p.Fields["position"] == nil {
			t.Errorf("%s: %+v", sql, p.Fields)
		}
	}
}
