package staffing

import (
	"errors"
	"fmt"
	"slices"
)

// Question is one that a staffing manager asks, with the SQL that answers it:
// DuckDB's dialect over tables of the names that Tables gives them, at most ten
// rows. Known is what is certain about the answer at the Small scale.
type Question struct {
	Question string
	SQL      string
	Known    Known
}

// Known is what construction alone says about an answer.
type Known struct {
	Rows  int               // how many there are
	First map[string]string // values in the first row, by column; other columns may have any
}

// Planted is true when the answer is about a defect of Defects.
func (q Question) Planted() bool { return len(q.Known.First) > 0 }

// Check compares an answer with what is known of it. Values are as text: 40 for
// the number, 2026-03-31 for the date.
func (q Question) Check(columns []string, rows [][]string) error {
	var wrong []error
	if len(rows) != q.Known.Rows {
		wrong = append(wrong, fmt.Errorf("%d rows, want %d", len(rows), q.Known.Rows))
	}
	for column, want := range q.Known.First {
		i := slices.Index(columns, column)
		switch {
		case i < 0:
			wrong = append(wrong, fmt.Errorf("no column %s", column))
		case len(rows) == 0 || i >= len(rows[0]):
			wrong = append(wrong, fmt.Errorf("%s has no value, want %s", column, want))
		case rows[0][i] != want:
			wrong = append(wrong, fmt.Errorf("%s is %s, want %s", column, rows[0][i], want))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s: %w", q.Question, errors.Join(wrong...))
	}
	return nil
}

// Questions are about money first, then people, then the books' tidiness.
func Questions() []Question {
	return append(append(moneyQuestions(), peopleQuestions()...), tidinessQuestions()...)
}

func moneyQuestions() []Question {
	return []Question{
		{
			Question: "Which clients earn us less than 15% margin?",
			SQL: `select c.client_id, c.name, count(distinct p.placement_id) as placements,
       sum(t.bill_amount) as billed,
       round(100 * (1 - sum(t.pay_amount) / sum(t.bill_amount)), 1) as margin_pct
from timesheets t
join placements p using (placement_id)
join clients c using (client_id)
group by c.client_id, c.name
having margin_pct < 15
order by margin_pct
limit 10`,
			Known: Known{Rows: 1, First: map[string]string{"client_id": LeakClientID}},
		},
		{
			Question: "Which large client has stopped ordering, and what revenue is at risk?",
			SQL: `with billed as (
  select p.client_id, sum(t.bill_amount) as billed_in_the_year_before
  from timesheets t join placements p using (placement_id)
  where t.week_ending between date '2025-04-01' and date '2026-03-31'
  group by p.client_id
)
select c.client_id, c.name, count(*) as placements, max(p.start_date) as last_start,
       any_value(b.billed_in_the_year_before) as billed_in_the_year_before
from placements p
join clients c using (client_id)
join billed b using (client_id)
group by c.client_id, c.name
having count(*) >= 30 and max(p.start_date) <= date '2026-03-31'
order by billed_in_the_year_before desc
limit 10`,
			Known: Known{Rows: 1, First: map[string]string{"client_id": ChurnClientID}},
		},
		{
			Question: "What share of hours was overtime in the last eight weeks?",
			SQL: `select week_ending, sum(regular_hours + overtime_hours) as hours,
       round(100 * sum(overtime_hours) / sum(regular_hours + overtime_hours), 2) as overtime_pct
from timesheets
group by week_ending
order by week_ending desc
limit 8`,
			Known: Known{Rows: 8},
		},
		{
			Question: "How strong is the fourth-quarter peak in industrial placements?",
			SQL: `select year(p.start_date) as year, quarter(p.start_date) as quarter,
       count(*) filter (where j.segment = 'Industrial') as industrial,
       count(*) filter (where j.segment <> 'Industrial') as all_others
from placements p join jobs j using (job_id)
group by 1, 2
order by 1, 2
limit 10`,
			Known: Known{Rows: 8},
		},
	}
}

func peopleQuestions() []Question {
	return []Question{
		{
			Question: "How many days does it take to fill a job, by segment?",
			SQL: `select j.segment, count(*) as placements,
       median(p.start_date - j.opened_on) as median_days,
       quantile_disc(p.start_date - j.opened_on, 0.9) as ninety_percent_within
from placements p join jobs j using (job_id)
group by j.segment
order by median_days`,
			Known: Known{Rows: int(segments)},
		},
		{
			Question: "Which recruiting sources get people placed?",
			SQL: `select c.source, count(*) as submissions,
       count(*) filter (where s.outcome = 'placed') as placed,
       round(100.0 * count(*) filter (where s.outcome = 'placed') / count(*), 1) as placed_pct
from submissions s join candidates c using (candidate_id)
group by c.source
order by placed_pct desc
limit 10`,
			Known: Known{Rows: len(sources())},
		},
		{
			Question: "In which states do we place the most people?",
			SQL: `select j.state, count(*) as placements, round(avg(p.bill_rate), 2) as average_bill_rate
from placements p join jobs j using (job_id)
group by j.state
order by placements desc, j.state
limit 10`,
			Known: Known{Rows: 10},
		},
	}
}
