package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/local"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/transfer"
)

// watched is a real store that tells what is asked of it, and lies where told to.
type watched struct {
	backend.Store
	mu        sync.Mutex
	put, read []string // keys; of put, with a - before it what was deleted
	onRead    func(key string)
	onList    func(prefix string)
	lie       string // the key of which other bytes come back
}

func (w *watched) Put(ctx context.Context, write backend.Write) (storage.Object, bool, error) {
	object, created, err := w.Store.Put(ctx, write)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.put = append(w.put, write.Key)
	}
	return object, created, err
}

func (w *watched) Get(ctx context.Context, key string, r *backend.Range) (*backend.Content, error) {
	if w.onRead != nil {
		w.onRead(key)
	}
	w.mu.Lock()
	w.read = append(w.read, key)
	w.mu.Unlock()
	content, err := w.Store.Get(ctx, key, r)
	if err == nil && key == w.lie {
		content.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", int(content.Size))))
	}
	return content, err
}

func (w *watched) Delete(ctx context.Context, key string) error {
	w.mu.Lock()
	w.put = append(w.put, "-"+key)
	w.mu.Unlock()
	return w.Store.Delete(ctx, key)
}

func (w *watched) List(ctx context.Context, p backend.Page) (storage.Listing, error) {
	if w.onList != nil {
		w.onList(p.Prefix)
	}
	return w.Store.List(ctx, p)
}

func open(t *testing.T) *watched {
	t.Helper()
	store, err := local.Open("lake", t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &watched{Store: store}
}

func put(t *testing.T, store backend.Store, key, text string) {
	t.Helper()
	write := backend.Write{Key: key, Body: strings.NewReader(text), Size: int64(len(text))}
	if _, _, err := store.Put(t.Context(), write); err != nil {
		t.Fatal(err)
	}
}

// holds gives all that a store holds, as key=text.
func holds(t *testing.T, store backend.Store) []string {
	t.Helper()
	page, err := store.List(t.Context(), backend.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, object := range page.Objects {
		content, err := store.Get(t.Context(), object.Key, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content.Body)
		if err := errors.Join(err, content.Body.Close()); err != nil {
			t.Fatal(err)
		}
		all = append(all, object.Key+"="+string(text))
	}
	return all
}

// source is a store with a dataset, an object of a user and one of the place's own.
func source(t *testing.T) *watched {
	t.Helper()
	from := open(t)
	put(t, from.Store, "catalog/default/t.json", "v1")
	put(t, from.Store, "datasets/1/data/a", "rows")
	put(t, from.Store, "datasets/1/data/b", "")
	put(t, from.Store, "notes/n.txt", "note")
	put(t, from.Store, "system/catalogd/clock", "now")
	return from
}

func options() transfer.Options {
	return transfer.Options{Workers: 3, HashOf: func(key string) (string, bool) {
		_, hash, ok := strings.Cut(key, "sum-")
		return hash, ok
	}}
}

var whole = []string{"catalog/default/t.json=v1", "datasets/1/data/a=rows", "datasets/1/data/b=", "notes/n.txt=note"}

func TestPointersComeLast(t *testing.T) {
	from, to := source(t), open(t)
	summary, err := transfer.Copy(t.Context(), from, to, options())
	if err != nil || summary != (transfer.Summary{Objects: 4, Copied: 4, Pointers: 1, Bytes: 10}) {
		t.Errorf("%+v, %v", summary, err)
	}
	if got := holds(t, to.Store); !slices.Equal(got, whole) {
		t.Errorf("the target holds %q", got)
	}
	if last := to.put[len(to.put)-1]; last != "catalog/default/t.json" {
		t.Errorf("%s was written last", last)
	}
}

// A writer's newer pointer names what was not there when the copy began, and what
// the older one named is deleted.
func TestASourceThatIsWrittenToIsCopiedWhole(t *testing.T) {
	from, to := source(t), open(t)
	put(t, from.Store, "datasets/1/metadata/v1", "old")
	var once sync.Once
	from.onRead = func(key string) {
		if !strings.HasPrefix(key, "catalog/") {
			once.Do(func() {
				put(t, from.Store, "datasets/0/data/new", "more")
				put(t, from.Store, "catalog/default/t.json", "v2")
				put(t, from.Store, "catalog/default/u.json", "u1")
			})
		}
	}
	summary, err := transfer.Copy(t.Context(), from, to, options())
	if err != nil || summary != (transfer.Summary{Objects: 7, Copied: 7, Pointers: 2, Bytes: 19}) {
		t.Errorf("%+v, %v", summary, err)
	}
	if got, want := holds(t, to.Store), []string{"catalog/default/t.json=v2", "catalog/default/u.json=u1", "datasets/0/data/new=more",
		"datasets/1/data/a=rows", "datasets/1/data/b=", "datasets/1/metadata/v1=old", "notes/n.txt=note"}; !slices.Equal(got, want) {
		t.Errorf("the target holds %q", got)
	}

	from, to = source(t), open(t)
	n := 0
	from.onRead = func(key string) {
		if strings.HasPrefix(key, "catalog/") {
			n++
			put(t, from.Store, key, fmt.Sprint("v", n))
		}
	}
	if _, err := transfer.Copy(t.Context(), from, to, options()); err == nil || !strings.Contains(err.Error(), "stop what writes to them") || slices.Contains(to.put, "catalog/default/t.json") {
		t.Errorf("a source that never rests: %v, %q", err, to.put)
	}
}

func TestWhatIsThereIsPassedOver(t *testing.T) {
	from, to := source(t), open(t)
	put(t, to.Store, "datasets/1/data/a", "rows") // of a copy that was killed
	put(t, to.Store, "another/key", "stays")
	path := filepath.Join(t.TempDir(), "journal")
	for _, copied := range []int64{3, 0} {
		journal, err := transfer.OpenJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		o := options()
		o.Journal = journal
		from.read, to.read = nil, nil
		summary, err := transfer.Copy(t.Context(), from, to, o)
		if err := errors.Join(err, journal.Close()); err != nil || summary.Copied != copied || summary.Passed != 4-copied {
			t.Errorf("%+v, %v", summary, err)
		}
		appendTo(t, path, `{"key":"notes/n.t`) // as a kill leaves it
		if again := slices.Contains(from.read, "datasets/1/data/a") || slices.Contains(to.read, "notes/n.txt"); again != (copied > 0) {
			t.Errorf("with %d to copy, %q and %q were read", copied, from.read, to.read)
		}
	}
	if got := holds(t, to.Store); !slices.Equal(got, append([]string{"another/key=stays"}, whole...)) {
		t.Errorf("the target holds %q", got)
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsReplacedUnasked(t *testing.T) {
	for _, c := range []struct{ key, text string }{
		{"notes/n.txt", "nope"}, {"notes/n.txt", "longer"}, {"catalog/default/t.json", "v7"},
	} {
		from, to := source(t), open(t)
		put(t, to.Store, c.key, c.text)
		_, err := transfer.Copy(t.Context(), from, to, options())
		if !errors.Is(err, transfer.ErrConflict) || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s: %v", c.key, err)
		}
		if slices.Contains(to.put, "catalog/default/t.json") || strings.HasPrefix(c.key, "catalog/") && len(to.put) > 0 {
			t.Errorf("%s: nonetheless %q were written", c.key, to.put)
		}
		o := options()
		o.Overwrite = true
		if _, err := transfer.Copy(t.Context(), from, to, o); err != nil || !slices.Equal(holds(t, to.Store), whole) {
			t.Errorf("overwritten, it holds %q, %v", holds(t, to.Store), err)
		}
	}
}

func TestDamageIsFound(t *testing.T) {
	t.Run("source", func(t *testing.T) {
		from, to := source(t), open(t)
		damaged := "datasets/1/data/sum-" + strings.Repeat("0", 32)
		put(t, from.Store, damaged, "rows")
		_, err := transfer.Copy(t.Context(), from, to, options())
		if err == nil || !strings.Contains(err.Error(), damaged) || !strings.Contains(err.Error(), "the source is damaged") {
			t.Errorf("%v", err)
		}
		if slices.Contains(to.put, damaged) || slices.Contains(to.put, "catalog/default/t.json") {
			t.Errorf("nonetheless %q were written", to.put)
		}
	})
	t.Run("target", func(t *testing.T) {
		from, to := source(t), open(t)
		to.lie = "notes/n.txt"
		_, err := transfer.Copy(t.Context(), from, to, options())
		if err == nil || !strings.Contains(err.Error(), "not to be trusted") || slices.Contains(to.put, "catalog/default/t.json") {
			t.Errorf("%v, %q", err, to.put)
		}
	})
	t.Run("meanwhile", func(t *testing.T) {
		from, to := source(t), open(t)
		from.onRead = func(key string) {
			if key == "notes/n.txt" {
				_ = from.Store.Delete(context.Background(), key)
			}
		}
		_, err := transfer.Copy(t.Context(), from, to, options())
		if err == nil || !strings.Contains(err.Error(), "run the copy again") || slices.Contains(to.put, "catalog/default/t.json") {
			t.Errorf("%v, %q", err, to.put)
		}
	})
}
