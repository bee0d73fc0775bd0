package staffing

import (
	"math"
	"regexp"
	"slices"
	"testing"
)

// near fails unless got is within tolerance of want, both in the same unit.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s is %.3f, want %.3f within %.3f", what, got, want, tolerance)
	}
}

func TestSegmentsHaveTheirShares(t *testing.T) {
	want := map[string]float64{"Industrial": 37, "Office": 28, "Professional": 13, "Engineering/IT/Science": 13, "Health": 9}
	jobs := read(t, "jobs")
	jobOf := jobs.index("job_id")
	placements := read(t, "placements")
	ofJobs, ofPlacements := map[string]float64{}, map[string]float64{}
	for _, row := range jobs.rows {
		ofJobs[jobs.get(row, "segment")] += 100.0 / jobsPerBook
	}
	for _, row := range placements.rows {
		ofPlacements[jobs.get(jobOf[placements.get(row, "job_id")], "segment")] += 100.0 / placementsPerBook
	}
	for segment, share := range want {
		near(t, segment+" share of jobs", ofJobs[segment], share, 0.1)
		near(t, segment+" share of placements", ofPlacements[segment], share, 2.5)
	}
	if len(ofJobs) != len(want) {
		t.Errorf("segments are %v", ofJobs)
	}
}

func TestTenureIsLogNormalAndAboutTenWeeks(t *testing.T) {
	placements := read(t, "placements")
	var weeks, logs []float64
	for _, row := range placements.rows {
		start, _ := placements.date(row, "start_date")
		end, ended := placements.date(row, "end_date")
		if ended && start.Format("2006-01-02") < "2025-10-01" { // a year later, nearly all have ended
			n := float64(daysBetween(start, end)/7 + 1)
			weeks, logs = append(weeks, n), append(logs, math.Log(n))
		}
	}
	mean, _ := moments(weeks)
	logMean, logDeviation := moments(logs)
	near(t, "mean tenure in weeks", mean, 10.5, 1)
	near(t, "median tenure in weeks", math.Exp(logMean), medianWeeks, 0.6)
	near(t, "deviation of the logarithm", logDeviation, tenureSigma, 0.05)
	slices.Sort(logs)
	near(t, "skew of the logarithm", (logMean-logs[len(logs)/2])/logDeviation, 0, 0.15)
}

func moments(of []float64) (mean, deviation float64) {
	for _, x := range of {
		mean += x / float64(len(of))
	}
	for _, x := range of {
		deviation += (x - mean) * (x - mean) / float64(len(of))
	}
	return mean, math.Sqrt(deviation)
}

func TestOneWeekInEightHasOvertime(t *testing.T) {
	timesheets := read(t, "timesheets")
	overtime := 0.0
	for _, row := range timesheets.rows {
		extra := timesheets.number(row, "overtime_hours")
		if regular := timesheets.number(row, "regular_hours"); regular <= 0 || regular > 40 || extra > 0 && regular < 40 {
			t.Fatalf("timesheet %s has %v regular and %v overtime hours", row[0], regular, extra)
		}
		if extra > 0 {
			overtime++
		}
	}
	near(t, "weeks with overtime, percent", 100*overtime/timesheetsPerBook, 12, 0.6)
}

func TestIndustrialPeaksInTheFourthQuarter(t *testing.T) {
	jobs := read(t, "jobs")
	jobOf := jobs.index("job_id")
	placements := read(t, "placements")
	var industrial, others [5]float64 // by quarter, of the year that begins in October 2024 and the next
	for _, row := range placements.rows {
		start, _ := placements.date(row, "start_date")
		quarter := (int(start.Month()) + 2) / 3
		if jobs.get(jobOf[placements.get(row, "job_id")], "segment") == "Industrial" {
			industrial[quarter]++
		} else {
			others[quarter]++
		}
	}
	for quarter := 1; quarter <= 3; quarter++ {
		if industrial[4] < 1.4*industrial[quarter] {
			t.Errorf("industrial starts by quarter are %v: no peak in the fourth", industrial[1:])
		}
		if others[4] > 1.1*others[quarter] {
			t.Errorf("other starts by quarter are %v: they should not peak in the fourth", others[1:])
		}
	}
}

func TestBetterSourcesPlaceMore(t *testing.T) {
	candidates := read(t, "candidates")
	candidateOf := candidates.index("candidate_id")
	submissions := read(t, "submissions")
	all, placed := map[string]float64{}, map[string]float64{}
	for _, row := range submissions.rows {
		source := candidates.get(candidateOf[submissions.get(row, "candidate_id")], "source")
		all[source]++
		if submissions.get(row, "outcome") == "placed" {
			placed[source]++
		}
	}
	if placed["Former employee"]/all["Former employee"] < 2*placed["Job board"]/all["Job board"] {
		t.Errorf("former employees are placed hardly more often than those from job boards: %v of %v", placed, all)
	}
}

// One pattern for each type that ingest infers; text is what has no other type.
func TestColumnsAreWhatIngestTakesThemFor(t *testing.T) {
	patterns := map[string]*regexp.Regexp{
		"id":      regexp.MustCompile(`^[CJASPT]-\d{6,8}$`),
		"long":    regexp.MustCompile(`^(0|[1-9]\d*)$`),
		"decimal": regexp.MustCompile(`^(0|[1-9]\d*)\.\d\d$`),
		"date":    regexp.MustCompile(`^20\d\d-\d\d-\d\d$`),
		"time":    regexp.MustCompile(`^(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)?$`),
		"ended":   regexp.MustCompile(`^(20\d\d-\d\d-\d\d)?$`),
		"boolean": regexp.MustCompile(`^(true|false)$`),
		"zip":     regexp.MustCompile(`^\d{5}$`),
	}
	columns := map[string]string{
		"client_id": "id", "job_id": "id", "candidate_id": "id", "submission_id": "id", "placement_id": "id", "timesheet_id": "id",
		"zip": "zip", "credit_limit": "long", "openings": "long", "years_experience": "long",
		"po_required": "boolean", "remote": "boolean", "has_transport": "boolean", "approved": "boolean",
		"customer_since": "date", "opened_on": "date", "created_on": "date", "start_date": "date", "week_ending": "date", "end_date": "ended",
		"pay_min": "decimal", "pay_max": "decimal", "bill_rate": "decimal", "pay_rate": "decimal", "desired_pay": "decimal",
		"regular_hours": "decimal", "overtime_hours": "decimal", "pay_amount": "decimal", "bill_amount": "decimal",
		"submitted_at": "time", "reviewed_at": "time", "interviewed_at": "time", "offered_at": "time", "decided_at": "time", "approved_at": "time",
	}
	for _, table := range Tables(Small) {
		rows := read(t, table.Name)
		for _, column := range table.Header {
			zeros, fits := 0, map[string]bool{}
			for _, row := range rows.rows {
				value := rows.get(row, column)
				if pattern := patterns[columns[column]]; pattern != nil && !fits[value] {
					if !pattern.MatchString(value) {
						t.Fatalf("%s.%s of %s is %q", table.Name, column, row[0], value)
					}
					fits[value] = true
				}
				if value != "" && value[0] == '0' {
					zeros++
				}
			}
			if column == "zip" && zeros == 0 {
				t.Errorf("no %s.zip begins with a zero", table.Name)
			}
		}
	}
}
