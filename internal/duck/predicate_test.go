package duck

import (
	"errors"
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
		if got, err := p.Predicate(t.Context(), "t", text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "a = ", "a = 1; select 1", "a = 1) from t where (b = 2", "a) as x, (b", "a = 1) union select (1", "a) from t order by (a",
		"a in (select b from t)", "exists (select 1)", "a = ?", "count(*) over () > 1", "query('x')", "current_setting('x') = 'y'", "*", "a) group by (a",
	} {
		if got, err := p.Predicate(t.Context(), "t", text); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}
