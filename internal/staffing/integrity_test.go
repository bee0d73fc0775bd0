package staffing

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryReferenceLeadsToARow(t *testing.T) {
	g := New(DefaultSeed)
	ids := map[string]map[string][]string{}
	for _, table := range Tables(Small) {
		rows := read(t, table.Name)
		const twice = 2 // beyond the first book too
		end := rowsAt(t, twice, table.Name)
		records, err := csv.NewReader(bytes.NewReader(inPieces(t, g, table.Name, table.Rows, end, 1))).ReadAll()
		if err != nil || table.Rows+len(records) != end {
			t.Fatalf("the next book of %s: %d rows, %v", table.Name, len(records), err)
		}
		rows.rows = slices.Concat(rows.rows, records)
		ids[table.Header[0]] = rows.index(table.Header[0])
		for _, column := range table.Header[1:] {
			parents, isReference := ids[column]
			if !isReference {
				continue
			}
			for _, row := range rows.rows {
				if _, ok := parents[rows.get(row, column)]; !ok {
					t.Fatalf("%s.%s holds %s, which does not exist", table.Name, column, rows.get(row, column))
				}
			}
		}
	}
}

func TestPlacementsRepeatWhatTheirSubmissionsSay(t *testing.T) {
	placements, jobs := read(t, "placements"), read(t, "jobs").index("job_id")
	submissions := read(t, "submissions")
	byID := submissions.index("submission_id")
	filled := map[string]int{}
	for _, row := range placements.rows {
		s := byID[placements.get(row, "submission_id")]
		for _, column := range []string{"job_id", "candidate_id"} {
			if got, want := placements.get(row, column), submissions.get(s, column); got != want {
				t.Fatalf("placement %s has %s %s, its submission %s", row[0], column, got, want)
			}
		}
		if got, want := placements.get(row, "client_id"), jobs[placements.get(row, "job_id")][1]; got != want {
			t.Fatalf("placement %s is at %s, its job at %s", row[0], got, want)
		}
		if submissions.get(s, "outcome") != "placed" {
			t.Fatalf("submission %s led to placement %s but is %s", s[0], row[0], submissions.get(s, "outcome"))
		}
		filled[s[0]]++
	}
	for _, row := range submissions.rows {
		if placed := submissions.get(row, "outcome") == "placed"; placed != (filled[row[0]] == 1) {
			t.Fatalf("submission %s is %s and has %d placements", row[0], submissions.get(row, "outcome"), filled[row[0]])
		}
	}
}

func TestCandidatesAreSubmittedToTheirOwnOccupation(t *testing.T) {
	jobs, candidates := read(t, "jobs"), read(t, "candidates")
	jobOf, candidateOf := jobs.index("job_id"), candidates.index("candidate_id")
	submissions := read(t, "submissions")
	seen := map[[2]string]bool{}
	for _, row := range submissions.rows {
		job, candidate := jobOf[submissions.get(row, "job_id")], candidateOf[submissions.get(row, "candidate_id")]
		if jobs.get(job, "soc_code") != candidates.get(candidate, "soc_code") {
			t.Fatalf("submission %s brings a %s to a %s", row[0], candidates.get(candidate, "occupation"), jobs.get(job, "title"))
		}
		pair := [2]string{job[0], candidate[0]}
		if seen[pair] {
			t.Fatalf("%s is submitted to %s twice", candidate[0], job[0])
		}
		seen[pair] = true
		created, _ := candidates.date(candidate, "created_on")
		if at, _ := submissions.date(row, "submitted_at"); at.Before(created) {
			t.Fatalf("submission %s is older than its candidate", row[0])
		}
	}
}

func TestTimesFollowEachOther(t *testing.T) {
	jobs := read(t, "jobs")
	jobOf := jobs.index("job_id")
	submissions := read(t, "submissions")
	for _, row := range submissions.rows {
		opened, _ := jobs.date(jobOf[submissions.get(row, "job_id")], "opened_on")
		last := opened.Format(time.DateOnly)
		for _, column := range []string{"submitted_at", "reviewed_at", "interviewed_at", "offered_at", "decided_at"} {
			at := submissions.get(row, column)
			if at == "" {
				continue
			}
			if at < last {
				t.Fatalf("submission %s: %s is %s, after %s", row[0], column, at, last)
			}
			if last = at; at[:10] > AsOf {
				t.Fatalf("submission %s: %s is %s, later than the data", row[0], column, at)
			}
		}
		if decided := submissions.get(row, "decided_at") != ""; decided == (submissions.get(row, "outcome") == "active") {
			t.Fatalf("submission %s is %s, decided %v", row[0], submissions.get(row, "outcome"), decided)
		}
	}
	submissionOf := submissions.index("submission_id")
	placements := read(t, "placements")
	for _, row := range placements.rows {
		decided, _ := submissions.date(submissionOf[placements.get(row, "submission_id")], "decided_at")
		start, _ := placements.date(row, "start_date")
		end, ended := placements.date(row, "end_date")
		if !start.After(decided) || ended && end.Before(start) || ended != (placements.get(row, "end_reason") != "") {
			t.Fatalf("placement %s: decided %s, start %s, end %s", row[0], decided, start, end)
		}
		if start.Format(time.DateOnly) > AsOf || ended && end.Format(time.DateOnly) > AsOf {
			t.Fatalf("placement %s lies after the data", row[0])
		}
	}
}

func TestNobodyWorksAtTwoPlacesAtOnce(t *testing.T) {
	type stay struct{ start, end string }
	stays := map[string][]stay{}
	placements := read(t, "placements")
	for _, row := range placements.rows {
		end := placements.get(row, "end_date")
		if end == "" {
			end = "9999"
		}
		who := placements.get(row, "candidate_id")
		stays[who] = append(stays[who], stay{placements.get(row, "start_date"), end})
	}
	again := 0
	for who, of := range stays {
		slices.SortFunc(of, func(a, b stay) int { return strings.Compare(a.start, b.start) })
		for i := 1; i < len(of); i++ {
			again++
			if of[i].start <= of[i-1].end {
				t.Errorf("%s works twice at once: %v and %v", who, of[i-1], of[i])
			}
		}
	}
	if again == 0 {
		t.Error("nobody is placed a second time")
	}
}

func TestOneTimesheetAWeek(t *testing.T) {
	placements, timesheets := read(t, "placements"), read(t, "timesheets")
	weeks := map[string][]string{}
	for _, row := range timesheets.rows {
		id := timesheets.get(row, "placement_id")
		weeks[id] = append(weeks[id], timesheets.get(row, "week_ending"))
	}
	for _, row := range placements.rows {
		of := weeks[row[0]]
		start, _ := placements.date(row, "start_date")
		end, ended := placements.date(row, "end_date")
		if !ended {
			end, _ = time.Parse(time.DateOnly, AsOf)
			end = end.AddDate(0, 0, -7) // a week that is not over has none yet
		}
		var want []string
		for at := start; !at.After(end.AddDate(0, 0, 6)); at = at.AddDate(0, 0, 1) {
			if at.Weekday() == time.Sunday {
				want = append(want, at.Format(time.DateOnly))
			}
		}
		if !slices.Equal(of, want) {
			t.Fatalf("placement %s, %s to %s: weeks %v, want %v", row[0], start, end, of, want)
		}
	}
}
