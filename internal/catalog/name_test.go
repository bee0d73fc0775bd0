package catalog

import "testing"

func TestNameFromFile(t *testing.T) {
	for file, want := range map[string]string{
		"placements.csv":      "placements",
		"Hours 2026-10.csv":   "hours_2026_10",
		"hours.2026-10.csv":   "hours_2026_10",
		"hours.2026-11.csv":   "hours_2026_11",
		`C:\exports\Jobs.TXT`: "jobs",
		"/data/2026.csv":      "_2026",
		"no_extension":        "no_extension",
		"日本.csv":              "",
		".csv":                "",
		"":                    "",
	} {
		if got := NameFromFile(file); got != want {
			t.Errorf("%q gives %q, want %q", file, got, want)
		}
	}
}
