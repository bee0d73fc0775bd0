package staffing

import "strconv"

func tidinessQuestions() []Question {
	return []Question{
		{
			Question: "Which candidates are in the system twice?",
			SQL: `select a.first_name || ' ' || a.last_name as name, a.phone,
       a.candidate_id as one_id, b.candidate_id as other_id, count(*) over () as pairs
from candidates a
join candidates b using (phone, first_name, last_name)
where a.candidate_id < b.candidate_id
order by one_id
limit 10`,
			Known: Known{Rows: 10, First: map[string]string{"pairs": strconv.Itoa(DuplicatePairs)}},
		},
		{
			Question: "How many timesheets were approved more than two weeks late?",
			SQL: `select count(*) as late_timesheets, max(days) as slowest_days, sum(bill_amount) as billed_late
from (
  select bill_amount, cast(approved_at as date) - week_ending as days
  from timesheets
)
where days > 14`,
			Known: Known{Rows: 1, First: map[string]string{"late_timesheets": strconv.Itoa(LateTimesheets)}},
		},
		{
			Question: "Which resumes hold something like a social security number?",
			SQL: `select candidate_id, title, count(*) over () as resumes
from candidates
where regexp_matches(resume_text, '\b\d{3}-\d{2}-\d{4}\b')
order by candidate_id
limit 10`,
			Known: Known{Rows: 10, First: map[string]string{"resumes": strconv.Itoa(SSNResumes),
				"candidate_id": candidateID().of(ssnRow)}},
		},
	}
}
