package catalog

import (
	"errors"
	"testing"
)

func TestNamespacesOfSQLAreNoDatasets(t *testing.T) {
	for _, name := range []string{"main.t", "memory.t", "system.t", "temp.t", "information_schema.t", "pg_catalog.t"} {
		if _, err := ParseName(name); !errors.Is(err, ErrBadName) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"t", "hr.t", "default.t", "main", "system"} {
		if _, err := ParseName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
