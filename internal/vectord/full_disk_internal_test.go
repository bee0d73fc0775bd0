package vectord

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// fullDisk refuses to write a name but into the reserve. Some first tries reach nobody's ear,
// and are not carried out.
type fullDisk struct {
	key  string
	lost int
}

func (f *fullDisk) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, f.key) {
		return http.DefaultTransport.RoundTrip(r)
	}
	if f.lost--; f.lost >= 0 {
		return nil, errors.New("the answer is lost")
	}
	if r.Header.Get(storage.HeaderReserve) != "" {
		return http.DefaultTransport.RoundTrip(r)
	}
	refusal := httptest.NewRecorder()
	err := wire.WriteJSON(refusal, storage.ErrDiskReserve.Status, storage.ErrDiskReserve.Errorf("it is full"))
	return refusal.Result(), err
}

// On a full disk a change of which a try was not answered is made, so that its name can be
// dropped; and so is one that makes room. Others are refused.
func TestNamesOnAFullDisk(t *testing.T) {
	for what, change := range changesOfNames(t) {
		for _, lost := range []int{0, 1} {
			store := testbed.StartStoraged(t)
			r := people(t, store)
			r.patience = changePatience
			full := *store
			full.HTTP = &http.Client{Transport: &fullDisk{nameKey(change.key), lost}}
			r.names = names{&full}
			err := change.do(r)
			made := lost > 0 || what == "restore in place" || strings.HasPrefix(what, "drop")
			if (err == nil) != made || err != nil && !wire.AsProblem(err).Is(storage.ErrDiskReserve) {
				t.Errorf("%s, %d lost: %v", what, lost, err)
			}
			want := peopleAre
			if made {
				want = change.then
			}
			if got := lookOf(r); got != want {
				t.Errorf("%s, %d lost: there is %s, want %s", what, lost, got, want)
			}
			if err := r.close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}
