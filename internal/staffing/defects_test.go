package staffing

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func same(t *testing.T, what string, found, planted []string) {
	t.Helper()
	slices.Sort(found)
	slices.Sort(planted)
	if !slices.Equal(found, planted) {
		t.Errorf("%s: %d in the data, %d planted\n%v\n%v", what, len(found), len(planted), found, planted)
	}
}

func TestDuplicatesAreThoseThatArePlanted(t *testing.T) {
	var planted []string
	for _, d := range New(DefaultSeed).Defects().Duplicates {
		planted = append(planted, d.Original+" "+d.Second, d.Second+" "+d.Original)
	}
	if len(planted) != 2*DuplicatePairs {
		t.Errorf("%d pairs are listed, want %d", len(planted)/2, DuplicatePairs)
	}
	candidates := read(t, "candidates")
	byPhone := map[string][][]string{}
	for _, row := range candidates.rows {
		phone := candidates.get(row, "phone")
		byPhone[phone] = append(byPhone[phone], row)
	}
	var found []string
	for phone, rows := range byPhone {
		if len(rows) == 1 {
			continue
		}
		a, b := rows[0], rows[1]
		for _, column := range []string{"first_name", "last_name", "zip", "soc_code"} {
			if len(rows) > 2 || candidates.get(a, column) != candidates.get(b, column) {
				t.Errorf("%s is the phone of different people: %v", phone, rows)
			}
		}
		if candidates.get(a, "email") == candidates.get(b, "email") {
			t.Errorf("%s and %s have the same e-mail address", a[0], b[0])
		}
		found = append(found, a[0]+" "+b[0], b[0]+" "+a[0])
	}
	same(t, "duplicates", found, planted)
}

// ssnLike tells whether a text holds a word NNN-NN-NNNN.
func ssnLike(text string) bool {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], '-')
		if next < 0 {
			return false
		}
		at += next
		if from, to := max(at-4, 0), min(at+9, len(text)); ssnWord.MatchString(text[from:to]) {
			return true
		}
	}
}

var ssnWord = regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b`)

func TestSSNLikeStringsAreThoseThatArePlanted(t *testing.T) {
	neverIssued := regexp.MustCompile(`\b9\d\d-00-\d{4}\b`)
	candidates := read(t, "candidates")
	var found []string
	for _, row := range candidates.rows {
		if resume := candidates.get(row, "resume_text"); ssnLike(resume) {
			found = append(found, row[0])
			if !neverIssued.MatchString(resume) {
				t.Errorf("%s has a number that may have been issued", row[0])
			}
		}
		for i, value := range row {
			if i != candidates.column["resume_text"] && ssnLike(value) {
				t.Errorf("%s has an SSN-like string outside of the resume: %s", row[0], value)
			}
		}
	}
	planted := New(DefaultSeed).Defects().SSNCandidates
	if len(planted) != SSNResumes {
		t.Errorf("%d are listed, want %d", len(planted), SSNResumes)
	}
	same(t, "resumes with SSN-like strings", found, planted)
}

func TestLateTimesheetsAreThoseThatArePlanted(t *testing.T) {
	timesheets := read(t, "timesheets")
	var found []string
	for _, row := range timesheets.rows {
		ending, _ := timesheets.date(row, "week_ending")
		approved, ok := timesheets.date(row, "approved_at")
		if ok != (timesheets.get(row, "approved") == "true") || ok && approved.Format("2006-01-02") > AsOf {
			t.Fatalf("timesheet %s: %v", row[0], row)
		}
		days := daysBetween(ending, approved)
		switch {
		case ok && days > LateDays:
			found = append(found, row[0])
		case ok && (days < 1 || days > 4):
			t.Errorf("timesheet %s was approved after %d days, which is neither late nor usual", row[0], days)
		}
	}
	planted := New(DefaultSeed).Defects().LateTimesheets
	if len(planted) != LateTimesheets {
		t.Errorf("%d are listed, want %d", len(planted), LateTimesheets)
	}
	same(t, "late timesheets", found, planted)
}

func TestOnlyTheLeakingClientIsBilledTooLittle(t *testing.T) {
	placements := read(t, "placements")
	var found []string
	for _, row := range placements.rows {
		markup := 100 * (placements.number(row, "bill_rate")/placements.number(row, "pay_rate") - 1)
		leaks := placements.get(row, "client_id") == LeakClientID
		if leaks {
			found = append(found, row[0])
		}
		if leaks && (markup < 4 || markup > LeakMarkup+0.1) || !leaks && (markup < FairMarkup-1e-9 || markup > 70.1) {
			t.Errorf("placement %s at %s has a markup of %.2f%%", row[0], placements.get(row, "client_id"), markup)
		}
	}
	if len(found) < 10 {
		t.Errorf("the leak is %d placements: too few to be seen", len(found))
	}
	same(t, "placements of the leaking client", found, New(DefaultSeed).Defects().LeakPlacements)
}

func TestOnlyTheChurningClientStops(t *testing.T) {
	placements := read(t, "placements")
	count, last := map[string]int{}, map[string]string{}
	for _, row := range placements.rows {
		client := placements.get(row, "client_id")
		count[client]++
		last[client] = max(last[client], placements.get(row, "start_date"))
	}
	for client, n := range count {
		if stopped := last[client] <= ChurnAfter; n >= 30 && stopped != (client == ChurnClientID) {
			t.Errorf("%s had %d placements, the last on %s", client, n, last[client])
		}
	}
	if count[ChurnClientID] < 30 {
		t.Errorf("the churning client had %d placements: not a great one", count[ChurnClientID])
	}
}

func TestDefectsAreThoseOfEveryScale(t *testing.T) {
	large := readAt(t, New(DefaultSeed), 2, "timesheets")
	late := 0
	for _, row := range large.rows {
		ending, _ := large.date(row, "week_ending")
		if approved, ok := large.date(row, "approved_at"); ok && daysBetween(ending, approved) > LateDays {
			late++
		}
	}
	if late != LateTimesheets {
		t.Errorf("%d late timesheets at the double scale, want %d", late, LateTimesheets)
	}
}
