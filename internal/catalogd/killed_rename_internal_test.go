package catalogd

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (e *engine) renameTo(t *testing.T, from, to string) error {
	_, err := e.rename(t.Context(), &rename{
		name: catalog.Name{Namespace: catalog.DefaultNamespace, Name: from}, to: catalog.Name{Namespace: catalog.DefaultNamespace, Name: to}, op: catalog.NewID(),
	}, "")
	return err
}

// whoHas tells which of two names a dataset has; both or neither is an error.
func (e *engine) whoHas(t *testing.T, id, a, b string) (string, error) {
	var has []string
	for _, name := range []string{a, b} {
		if m, err := e.manifest(t.Context(), name, catalog.At{}); err == nil && m.DatasetID == id {
			has = append(has, name)
		}
	}
	if len(has) != 1 {
		return "", fmt.Errorf("the dataset is at %q", has)
	}
	return has[0], nil
}

// TestKilledWhileRenaming kills the daemon at each change of storage that a rename
// makes. Whoever comes after it finds the dataset under one name, with its bad rows
// under that name's, and both names take what they are asked to.
func TestKilledWhileRenaming(t *testing.T) {
	for n, killed := int64(1), true; killed; n++ {
		s := testbed.StartStoraged(t) // each catalog reads all that is there
		for _, after := range []bool{false, true} {
			a, b := fmt.Sprintf("a_%d_%t", n, after), fmt.Sprintf("b_%d_%t", n, after)
			healthy := openEngine(t, s, Defaults())
			id := healthy.loadInto(t, a, catalog.Replace, 1).DatasetID
			reg, err := newRegistration(catalog.Registration{Name: a + catalog.QuarantineSuffix, Mode: catalog.Append, Columns: catalog.QuarantineColumns()}, "")
			if err != nil {
				t.Fatal(err)
			}
			bad, _, err := healthy.register(t.Context(), reg)
			if err != nil {
				t.Fatal(err)
			}
			mortal, died := dying(t, s, n, after)
			acknowledged := openEngine(t, mortal, Defaults()).renameTo(t, a, b) == nil
			killed = died.Load()

			fresh := openEngine(t, s, Defaults())
			has, err := fresh.whoHas(t, id, a, b)
			if err != nil || acknowledged && has != b {
				t.Fatalf("killed at change %d (after it: %t), acknowledged: %t: %s, %v", n, after, acknowledged, has, err)
			}
			if q, err := fresh.whoHas(t, bad.DatasetID, a+catalog.QuarantineSuffix, b+catalog.QuarantineSuffix); err != nil || q != has+catalog.QuarantineSuffix {
				t.Errorf("killed at change %d (after it: %t): the bad rows of %s are at %s, %v", n, after, has, q, err)
			}
			if err := fresh.renameTo(t, a, b); err != nil {
				t.Errorf("killed at change %d (after it: %t): not renamed again: %v", n, after, err)
			}
			if got := fresh.loadInto(t, b, catalog.Append, 2); got.DatasetID != id || got.Rows != 2 {
				t.Errorf("the new name became %+v", got)
			}
			if got := fresh.loadInto(t, a, catalog.Append, 3); got.DatasetID == id || got.Rows != 1 {
				t.Errorf("the old name became %+v", got)
			}
		}
	}
}

// TestLateRenameIsRefused: the swap that gives a dataset its new name got no answer
// and arrives when others have completed the rename and gone on. It changes nothing.
func TestLateRenameIsRefused(t *testing.T) {
	s := testbed.StartStoraged(t)
	for _, used := range []bool{false, true} {
		a, b, c := fmt.Sprint("a_", used), fmt.Sprint("b_", used), fmt.Sprint("c_", used)
		e := openEngine(t, s, Defaults())
		id := e.loadInto(t, a, catalog.Replace, 1).DatasetID
		if used { // the new name had a dataset before
			e.loadInto(t, b, catalog.Replace, 2)
			if err := e.drop(t, b); err != nil {
				t.Fatal(err)
			}
		}
		var late *http.Request
		held := *s
		held.Base = holding(t, s, func(r *http.Request) bool {
			return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/"+b+".json") && late == nil
		}, &late)
		if err := openEngine(t, &held, Defaults()).renameTo(t, a, b); !errors.Is(err, wire.ErrUnavailable) {
			t.Fatalf("the swap was not held back: %v", err)
		}
		e = openEngine(t, s, Defaults())
		if err := e.renameTo(t, b, c); err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(late)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		fresh := openEngine(t, s, Defaults())
		if has, err := fresh.whoHas(t, id, b, c); resp.StatusCode != http.StatusPreconditionFailed || has != c {
			t.Errorf("the late swap was answered with %s; the dataset is at %s, %v", resp.Status, has, err)
		}
	}
}
