package cli

import (
	"errors"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestAnErrorNamesItsRemedyHere: by its code, for the verb that met it, and no other.
func TestAnErrorNamesItsRemedyHere(t *testing.T) {
	for _, c := range []struct {
		err      error
		remedies []remedy
		want     string
	}{
		{ingest.ErrBadRows.Errorf("x"), ofIngest(), "x (here: --on-error quarantine)"},
		{catalog.ErrSchemaDrift.Errorf("x"), ofIngest(), "x (here: --schema evolve, or --mode replace --schema replace)"},
		{catalog.ErrDatasetExists.Errorf("x"), ofIngest(), "x (here: --mode append, or --mode replace)"},
		{catalog.ErrDatasetExists.Errorf("x"), ofHistory(), "x"}, // of a rename
		{catalog.ErrTagExists.Errorf("x"), ofHistory(), "x (here: --move)"},
		{catalog.ErrDatasetNotFound.Errorf("x").With("restorable_until", "tomorrow"), ofHistory(), "x (here: lakehouse restore NAME)"},
		{catalog.ErrViewNotFound.Errorf("x").With("restorable_until", "tomorrow"), ofViews(), "x (here: lakehouse view restore NAME)"},
		{catalog.ErrViewExists.Errorf("x"), ofViews(), "x"}, // of a restoration
	} {
		err := with(c.remedies, c.err)
		if kind := wire.AsProblem(c.err).Kind; !errors.Is(err, kind) {
			t.Errorf("%v is no %s any more", err, kind.Code)
		}
		if got := wire.AsProblem(err).Detail; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if err := errors.New("x"); !errors.Is(with(ofIngest(), err), err) {
		t.Error("what is no problem has changed")
	}
}

// TestABrokenViewNamesWhatMendsIt: what has gone comes back, or gets its name again;
// what is there in another shape goes back to the one that it had.
func TestABrokenViewNamesWhatMendsIt(t *testing.T) {
	broken := query.ErrViewBroken.Errorf("x").With("view", "v")
	for _, c := range []struct {
		err  error
		want string
	}{
		{broken, "x (here: lakehouse rollback DATASET VERSION of what it reads, or lakehouse view create v --replace)"},
		{broken.With("table", "hr.t"), "x (here: lakehouse restore hr.t, lakehouse rename NAME hr.t, or lakehouse view create v --replace)"},
		{query.ErrTableNotFound.Errorf("x").With("table", "t"), "x"},
	} {
		if got := wire.AsProblem(viewWords(c.err)).Detail; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
