package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// A predicate is one expression over the table's columns; nothing that would end
// it, or read anything else, passes.
func TestPredicates(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for text, want := range map[string][]string{
		"candidate = 'Ada'": {"candidate"},
		`lower("Full Name") like '%x%' or t.zip is null`: {"Full Name", "t", "zip"},
		"a in (1, 2) -- both":                            {"a"},
		"1 = 1":                                          nil,
	} {
		if got, err := p.Predicate(t.Context(), "t", text); err != nil || !slices.Equal(got.Columns, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "a = ", "a = 1; select 1", "a = 1) from t where (b = 2", "a) as x, (b", "a = 1) union select (1", "a) from t order by (a",
		"a in (select b from t)", "exists (select 1)", "a = ?", "count(*) over () > 1", "query('x')", "current_setting('x') = 'y'", "*", "a) group by (a",
	} {
		if got, err := p.Predicate(t.Context(), "t", text); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

// A predicate tells which texts a record holds, if it can hold for the record's row,
// and never takes a text for needed that is not.
func TestWhatAPredicateSeeks(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for text, want := range map[string]string{
		"id = '000501'":                          `{"texts":["000501"]} true`,
		"'Ada' = lower(trim(name))":              `{"texts":["Ada"]} true`,
		"id::varchar = 5 or n = -7":              `{"any":[{"texts":["5"]},{"texts":["-7"]}]} true`,
		"pay = 5.50 and day = date '2024-01-31'": `{"all":[{"texts":["5.50","5.5"]},{"texts":["2024-01-31"]}]} true`,
		"id in ('a', 'b', 3)":                    `{"texts":["a","b","3"]} true`,
		"id is not distinct from 'a'":            `{"texts":["a"]} true`,
		"h = 123456789012345678901":              `{"texts":["123456789012345678901"]} true`,
		"f = 1e3":                                `{"texts":["1000"]} true`,
		"id = 'a' and n > 40":                    `{"texts":["a"]} true`,
		"(id = 'a' or n > 40) and z = 'b'":       `{"texts":["b"]} true`,
		"id = 'a' or n > 40":                     `{"texts":["a"]} false`,
		"(id = 'a' or n > 40) and n < 5":         `{"texts":["a"]} false`,
		"id in ('a', lower(name))":               `{"texts":["a"]} false`,
		"not (id = 'a')":                         "null false",
		"id <> 'a'":                              "null false",
		"id not in ('a')":                        "null false",
		"length(name) = 3":                       "null false",
		"active = true":                          "null false",
		"name = ''":                              "null false",
		"id = null":                              "null false",
		"id = name":                              "null false",
	} {
		got, err := p.Predicate(t.Context(), "t", text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		sought, err := json.Marshal(got.Sought)
		if found := fmt.Sprintf("%s %t", sought, got.Whole); err != nil || found != want {
			t.Errorf("%s: %s, %v, want %s", text, found, err, want)
		}
	}
}
