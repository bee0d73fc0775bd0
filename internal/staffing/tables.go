package staffing

import "strings"

// Scale is the number of books of business in a data set. Its books are those of the
// Small scale, but for Large: there they have twice the business.
type Scale int

const (
	// Small is 200 clients, 2,000 jobs, 10,000 candidates, 30,000 submissions,
	// 3,000 placements and 30,000 timesheets.
	Small Scale = 1
	// Large is 10,000 clients, 200,000 jobs, 500,000 candidates, 3,000,000
	// submissions, 300,000 placements and 3,000,000 timesheets.
	Large Scale = 50
)

// perBook is how many cells a book has, and rows in them.
type perBook struct {
	cells, jobs, submissions, placements, timesheets int
}

func (s Scale) perBook() perBook {
	busy := 1
	if s == Large {
		busy = 2
	}
	return perBook{busy * cellsPerBook, busy * jobsPerBook, busy * submissionsPerBook, busy * placementsPerBook, busy * timesheetsPerBook}
}

// Table is the shape of one table at one scale.
type Table struct {
	Name   string
	Header []string
	Rows   int
}

// Rows of one book of business at the Small scale. A book has as many clients and
// candidates at every scale.
const (
	clientsPerBook     = 200
	jobsPerBook        = 2_000
	candidatesPerBook  = 10_000
	submissionsPerBook = 30_000
	placementsPerBook  = 3_000
	timesheetsPerBook  = 30_000
)

// idFormat is how a table's row numbers become its ids: row 122 of clients is
// C-000123. Ids are text, and as wide as a hundred books need.
type idFormat struct {
	letter byte
	width  int
}

func clientID() idFormat     { return idFormat{'C', 6} }
func jobID() idFormat        { return idFormat{'J', 6} }
func candidateID() idFormat  { return idFormat{'A', 7} }
func submissionID() idFormat { return idFormat{'S', 7} }
func placementID() idFormat  { return idFormat{'P', 6} }
func timesheetID() idFormat  { return idFormat{'T', 8} }

// Tables lists the six tables in the order in which rows refer to each other:
// parents first.
func Tables(scale Scale) []Table {
	n, per := int(scale), scale.perBook()
	return []Table{
		{"clients", columns(`client_id name industry city state zip phone payment_terms tier credit_limit
			po_required customer_since`), n * clientsPerBook},
		{"jobs", columns(`job_id client_id segment soc_code title description skills city state zip shift
			remote openings pay_min pay_max bill_rate opened_on status`), n * per.jobs},
		{"candidates", columns(`candidate_id first_name last_name email phone city state zip soc_code occupation title
			years_experience skills summary resume_text desired_pay source work_authorization
			has_transport created_on`), n * candidatesPerBook},
		{"submissions", columns(`submission_id job_id candidate_id submitted_at reviewed_at interviewed_at
			offered_at decided_at outcome reject_reason`), n * per.submissions},
		{"placements", columns(`placement_id submission_id job_id client_id candidate_id type start_date end_date
			pay_rate bill_rate end_reason`), n * per.placements},
		{"timesheets", columns(`timesheet_id placement_id week_ending regular_hours overtime_hours pay_amount
			bill_amount submitted_at approved_at approved`), n * per.timesheets},
	}
}

func columns(names string) []string { return strings.Fields(names) }

// list splits a literal at its semicolons.
func list(items string) []string {
	parts := strings.Split(items, ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
