package fleet_test

import (
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
)

// The sample data's planted defects are found by SQL, with the answers that
// their construction gives.
func TestQuestionsOfAStaffingManager(t *testing.T) {
	l := startLake(t)
	generator := staffing.New(staffing.DefaultSeed)
	for _, table := range staffing.Tables(staffing.Small) {
		var csv strings.Builder
		if err := generator.Write(t.Context(), &csv, table.Name, table.Rows); err != nil {
			t.Fatal(err)
		}
		if doc := l.mustIngest("name="+table.Name, csv.String()); doc["rows"] != float64(table.Rows) {
			t.Errorf("%s: %v rows, want %d", table.Name, doc["rows"], table.Rows)
		}
	}
	for _, q := range staffing.Questions() {
		answer, err := l.query().Run(t.Context(), query.Request{SQL: q.SQL})
		if err != nil {
			t.Errorf("%s: %v", q.Question, err)
			continue
		}
		columns := make([]string, len(answer.Columns))
		for i, c := range answer.Columns {
			columns[i] = c.Name
		}
		rows := make([][]string, len(answer.Rows))
		for i, row := range answer.Rows {
			for _, cell := range row {
				rows[i] = append(rows[i], strings.Trim(string(cell), `"`))
			}
		}
		if err := q.Check(columns, rows); err != nil {
			t.Error(err)
		}
	}
}
