package csvscan

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The corpus has one reading of each file, as JSON.
func TestSpectrum(t *testing.T) {
	files, err := filepath.Glob("testdata/spectrum/*.csv")
	if err != nil || len(files) != 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		res := scan(t, string(data), Options{})
		if filepath.Base(name) == "location_coordinates.csv" {
			// Latin-1, with quotes inside an unquoted value.
			if res.BadCount != 1 || res.Bad[0].Column != "Location Coordinates" {
				t.Errorf("%s: %+v", name, res.Bad)
			}
			continue
		}
		var want []map[string]string
		text, err := os.ReadFile(strings.TrimSuffix(name, ".csv") + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		rows := split(t, bytes.NewReader(data), res.Dialect.Delimiter, 0)
		if res.BadCount != 0 || res.Records != int64(len(want)) || len(rows) != len(want)+1 {
			t.Errorf("%s: %d records and %d bad, want %d", name, res.Records, res.BadCount, len(want))
			continue
		}
		for i, r := range rows[1:] {
			got := map[string]string{}
			for j, v := range r.values {
				got[res.Columns[j].Name] = v
			}
			if !maps.Equal(got, want[i]) {
				t.Errorf("%s: record %d is %q, want %q", name, i+1, got, want[i])
			}
		}
	}
}
