package catalogd_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
)

// TestReplayOutlivesItsVersion: a retry within the key's life gets the first
// answer, also when its version, and the schema of its version, are kept no
// longer.
func TestReplayOutlivesItsVersion(t *testing.T) {
	few := catalogd.Defaults()
	few.MaxVersions, few.KeepNewest = 2, 1
	h := open(t)
	h.Client = start(t, h.storage, few)
	type call struct {
		catalog.Registration
		key   string
		first catalog.Registered
	}
	file := func(n int) []catalog.ObjectRef {
		data := parquetOf(t, fmt.Sprintf(`[{"id":%d,"end":null}]`, n), field("id", arrowLong, 0), field("end", arrow.BinaryTypes.String, 0))
		return objects(put(t, h.storage, fmt.Sprint("in/", n), data))
	}
	register := func(t *testing.T, h house, c call) catalog.Registered {
		t.Helper()
		answer, _, err := h.Register(t.Context(), c.Registration, c.key)
		if err != nil {
			t.Fatalf("%s: %v", c.key, err)
		}
		return answer
	}
	calls := []call{{Registration: catalog.Registration{Name: "jobs", Objects: file(0), Note: json.RawMessage(`{"n":0}`)}, key: "first"}}
	calls[0].first = register(t, h, calls[0])
	for n := 1; n <= 8; n++ { // appends that share versions
		calls = append(calls, call{Registration: catalog.Registration{Name: "jobs", Mode: catalog.Append, Objects: file(n)}, key: fmt.Sprint("append ", n)})
	}
	var group sync.WaitGroup
	for i := range calls[1:] {
		c := &calls[i+1]
		group.Go(func() {
			var err error
			if c.first, _, err = h.Register(t.Context(), c.Registration, c.key); err != nil {
				t.Errorf("%s: %v", c.key, err)
			}
		})
	}
	group.Wait()
	for n := range 70 { // another schema each time; more than a pointer holds receipts
		data := parquetOf(t, `[{"x`+fmt.Sprint(n)+`":1}]`, field(fmt.Sprint("x", n), arrowLong, 0))
		reg := catalog.Registration{Name: "jobs", Schema: catalog.ReplaceSchema, Objects: objects(put(t, h.storage, fmt.Sprint("in/x", n), data))}
		c := call{Registration: reg, key: fmt.Sprint("replace ", n)}
		if c.first = register(t, h, c); n%20 == 0 {
			calls = append(calls, c)
		}
	}
	_, err := h.Manifest(t.Context(), "jobs", 1)
	expect(t, err, catalog.ErrVersionNotFound)
	check := func(t *testing.T, h house) {
		for _, c := range calls {
			c.first.Unchanged = true
			if again := register(t, h, c); !reflect.DeepEqual(again, c.first) {
				t.Fatalf("%s is answered with\n%+v, first with\n%+v", c.key, again, c.first)
			}
			receipt, err := h.Receipt(t.Context(), catalog.ReceiptOf{Name: "jobs", Mode: cmp.Or(c.Mode, catalog.Replace)}, c.key)
			if err != nil || !reflect.DeepEqual(receipt, c.first) {
				t.Fatalf("the receipt of %s is\n%+v, %v, not\n%+v", c.key, receipt, err, c.first)
			}
		}
	}
	t.Run("at once", func(t *testing.T) { check(t, h) })
	t.Run("after a restart", func(t *testing.T) {
		check(t, house{Client: start(t, h.storage, few), storage: h.storage})
	})
}
