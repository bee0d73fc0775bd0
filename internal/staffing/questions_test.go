package staffing

import (
	"strconv"
	"strings"
	"testing"
)

func TestQuestionsKnowTheirAnswers(t *testing.T) {
	planted := 0
	for _, q := range Questions() {
		if !strings.HasSuffix(q.Question, "?") || q.Known.Rows < 1 || q.Known.Rows > 10 || !strings.HasPrefix(strings.ToLower(q.SQL), "select") && !strings.HasPrefix(q.SQL, "with") {
			t.Errorf("%q is no question with a small answer", q.Question)
		}
		var columns, first []string
		for column, value := range q.Known.First {
			columns, first = append(columns, column), append(first, value)
		}
		rows := make([][]string, q.Known.Rows)
		rows[0] = first
		if err := q.Check(columns, rows); err != nil {
			t.Errorf("the right answer is refused: %v", err)
		}
		if err := q.Check(columns, rows[1:]); err == nil {
			t.Errorf("%s: an answer with a row too few is accepted", q.Question)
		}
		if !q.Planted() {
			continue
		}
		planted++
		rows[0] = make([]string, len(columns))
		if err := q.Check(columns, rows); err == nil {
			t.Errorf("%s: an answer with a wrong value is accepted", q.Question)
		}
		if err := q.Check(nil, rows); err == nil {
			t.Errorf("%s: an answer without the column is accepted", q.Question)
		}
	}
	if planted != 5 {
		t.Errorf("%d questions are about planted defects, want one for each of the five kinds", planted)
	}
}

// The margin that the question computes in SQL, computed from the files.
func TestTheLeakIsTheOnlyMarginBelowFifteenPercent(t *testing.T) {
	placements := read(t, "placements")
	clientOf := map[string]string{}
	for _, row := range placements.rows {
		clientOf[row[0]] = placements.get(row, "client_id")
	}
	timesheets := read(t, "timesheets")
	pay, bill := map[string]float64{}, map[string]float64{}
	for _, row := range timesheets.rows {
		client := clientOf[timesheets.get(row, "placement_id")]
		pay[client] += timesheets.number(row, "pay_amount")
		bill[client] += timesheets.number(row, "bill_amount")
	}
	for client := range bill {
		if low := 1-pay[client]/bill[client] < 0.15; low != (client == LeakClientID) {
			t.Errorf("%s earns a margin of %.1f%%", client, 100*(1-pay[client]/bill[client]))
		}
	}
}

// What the SQL says in its own words must be the constants.
func TestSQLAsksForTheConstants(t *testing.T) {
	var all strings.Builder
	for _, q := range Questions() {
		all.WriteString(q.SQL)
	}
	for _, want := range []string{"days > " + strconv.Itoa(LateDays), "date '" + ChurnAfter + "'"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no question has %q", want)
		}
	}
}

func TestCalendarConstantsAreTheirDates(t *testing.T) {
	for want, d := range map[string]day{AsOf: asOf, "2024-10-01": firstDay, "2026-09-21": lastStart, "2026-09-27": lastWeek, ChurnAfter: churnAfter} {
		if got := string(d.append(nil)); got != want {
			t.Errorf("day %d is %s, want %s", d, got, want)
		}
	}
	if asOf.weekday() != 2 || lastStart.weekday() != 0 || lastWeek.weekday() != 6 {
		t.Error("weekdays are off")
	}
}
