package staffing

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestNobodyInItLives(t *testing.T) {
	phone := regexp.MustCompile(`^[2-9][0-8]\d-555-01\d\d$`)
	email := regexp.MustCompile(`^[a-z]+\.[a-z]+\.\d+@example\.(com|net|org)$`)
	clients, candidates := read(t, "clients"), read(t, "candidates")
	for _, row := range clients.rows {
		if !phone.MatchString(clients.get(row, "phone")) {
			t.Fatalf("client %s has the phone %s", row[0], clients.get(row, "phone"))
		}
	}
	candidates.index("email")
	for _, row := range candidates.rows {
		if !phone.MatchString(candidates.get(row, "phone")) || !email.MatchString(candidates.get(row, "email")) {
			t.Fatalf("candidate %s has the phone %s and the address %s", row[0], candidates.get(row, "phone"), candidates.get(row, "email"))
		}
	}
	clients.index("name") // one name, one client
}

func TestProseIsAboutTheOccupation(t *testing.T) {
	skillsOf, certsOf := map[string][]string{}, map[string][]string{}
	for _, o := range occupations() {
		skillsOf[o.soc], certsOf[o.soc] = o.skills, o.certs
	}
	candidates := read(t, "candidates")
	summaries := map[string]bool{}
	for _, row := range candidates.rows {
		soc, summary := candidates.get(row, "soc_code"), candidates.get(row, "summary")
		summaries[summary] = true
		for _, skill := range strings.Split(candidates.get(row, "skills"), "; ") {
			if !slices.Contains(skillsOf[soc], skill) {
				t.Fatalf("%s, %s, is said to know %s", row[0], candidates.get(row, "occupation"), skill)
			}
		}
		if !mentions(candidates.get(row, "resume_text"), skillsOf[soc]) || !mentions(candidates.get(row, "resume_text"), certsOf[soc]) {
			t.Fatalf("the resume of %s names no skill or no certificate of a %s", row[0], candidates.get(row, "occupation"))
		}
	}
	if len(summaries) < candidatesPerBook*97/100 {
		t.Errorf("%d different summaries of %d", len(summaries), candidatesPerBook)
	}
	jobs := read(t, "jobs")
	for _, row := range jobs.rows {
		if !mentions(jobs.get(row, "description"), skillsOf[jobs.get(row, "soc_code")]) {
			t.Fatalf("the description of %s names no skill of a %s", row[0], jobs.get(row, "title"))
		}
	}
}

func mentions(text string, words []string) bool {
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func TestProseHasNoSeams(t *testing.T) {
	seams := []string{"  ", "..", " ,", ",,", "\t", ";;", ", .", " a a", " a e", " a i", " a o", "%!"}
	for table, columns := range map[string][]string{"jobs": {"description", "skills", "shift"}, "candidates": {"summary", "resume_text", "skills"}} {
		rows := read(t, table)
		for _, row := range rows.rows {
			for _, column := range columns {
				for _, seam := range seams {
					if text := rows.get(row, column); text == "" || strings.Contains(text, seam) {
						t.Fatalf("%s.%s of %s reads badly at %q:\n%s", table, column, row[0], seam, text)
					}
				}
			}
		}
	}
}

func TestOccupationsAreComplete(t *testing.T) {
	soc := regexp.MustCompile(`^\d\d-\d{4}$`)
	seen := map[string]bool{}
	for _, o := range occupations() {
		if !soc.MatchString(o.soc) || seen[o.soc] || o.payLow >= o.payHigh || o.weight < 1 {
			t.Errorf("%s %s is wrong or there twice", o.soc, o.title)
		}
		seen[o.soc] = true
		if len(o.titles) < 3 || len(o.skills) < 7 || len(o.duties) < 4 || len(o.settings) < 2 || len(o.certs) < 2 || len(o.education) < 2 {
			t.Errorf("%s has too few parts for varied prose", o.title)
		}
	}
}
