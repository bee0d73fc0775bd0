package storaged_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

func keysOf(l storage.Listing) []string {
	keys := make([]string, len(l.Objects))
	for i, o := range l.Objects {
		keys[i] = o.Key
	}
	return keys
}

func (s *subject) putAll(t *testing.T, base string, names []string) {
	t.Helper()
	for _, name := range names {
		s.mustPut(t, base+name, []byte(name))
	}
}

func listing(t *testing.T, s *subject) {
	base := key(t, "")
	names := []string{"a-b", "a.txt", "a/1", "a/2/x", "a/2/y", "a0", "b/1", "c", "d!/x", "d/x", "é"}
	s.putAll(t, base, names)
	for _, c := range []struct{ prefix, delimiter, objects, prefixes string }{
		{"", "", "a-b a.txt a/1 a/2/x a/2/y a0 b/1 c d!/x d/x é", ""},
		{"", "/", "a-b a.txt a0 c é", "a/ b/ d!/ d/"},
		{"a", "/", "a-b a.txt a0", "a/"},
		{"a/", "/", "a/1", "a/2/"},
		{"a/2", "/", "", "a/2/"},
		{"a/2/", "/", "a/2/x a/2/y", ""},
		{"a/2/x", "", "a/2/x", ""},
		{"d", "", "d!/x d/x", ""},
		{"b/1/", "", "", ""},
		{"zz", "", "", ""},
		{"nowhere/at/all/", "/", "", ""},
	} {
		page, err := s.List(t.Context(), base+c.prefix, c.delimiter, "", 0)
		if err != nil {
			t.Fatalf("prefix %q: %v", c.prefix, err)
		}
		objects := strings.ReplaceAll(strings.Join(keysOf(page), " "), base, "")
		prefixes := strings.ReplaceAll(strings.Join(page.Prefixes, " "), base, "")
		if objects != c.objects || prefixes != c.prefixes || page.NextCursor != nil {
			t.Errorf("prefix %q, delimiter %q: %q and %q, want %q and %q", c.prefix, c.delimiter, objects, prefixes, c.objects, c.prefixes)
		}
	}
	page, err := s.List(t.Context(), base+"c", "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context(), base+"c")
	if err != nil || page.Objects[0].ETag != head.ETag || page.Objects[0].Size != 1 || page.Objects[0].ModifiedAt.IsZero() {
		t.Fatalf("listed %+v, head %+v, %v", page.Objects[0], head, err)
	}
}

// listingPages: pages of every size join to the whole, folded or not.
func listingPages(t *testing.T, s *subject) {
	base := key(t, "")
	var names []string
	for i := range 23 {
		names = append(names, fmt.Sprintf("f%d/%d", i%5, i), fmt.Sprintf("x%02d", i))
	}
	s.putAll(t, base, names)
	for _, delimiter := range []string{"", "/"} {
		whole, err := s.List(t.Context(), base, delimiter, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(whole.Objects) + len(whole.Prefixes); delimiter == "" && n != 46 || delimiter == "/" && n != 28 {
			t.Fatalf("delimiter %q: %d entries", delimiter, n)
		}
		if !slices.IsSorted(keysOf(whole)) || !slices.IsSorted(whole.Prefixes) {
			t.Fatalf("not in byte order: %q, %q", keysOf(whole), whole.Prefixes)
		}
		for _, limit := range []int{1, 2, 5, 7, 27, 28, 46, 1000} {
			joined := s.listAll(t, base, delimiter, limit)
			if !slices.Equal(keysOf(joined), keysOf(whole)) || !slices.Equal(joined.Prefixes, whole.Prefixes) {
				t.Errorf("delimiter %q, pages of %d: %q and %q", delimiter, limit, keysOf(joined), joined.Prefixes)
			}
		}
	}
}

func (s *subject) listAll(t *testing.T, prefix, delimiter string, limit int) (joined storage.Listing) {
	t.Helper()
	for cursor := ""; ; {
		page, err := s.List(t.Context(), prefix, delimiter, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(page.Objects) + len(page.Prefixes); n > limit {
			t.Fatalf("%d entries on a page of at most %d", n, limit)
		}
		joined.Objects = append(joined.Objects, page.Objects...)
		joined.Prefixes = append(joined.Prefixes, page.Prefixes...)
		if page.NextCursor == nil {
			return joined
		}
		cursor = *page.NextCursor
	}
}

// listingUnderWrites: what was stored before a listing began is in it, in order
// and once, however much is written beside and over it meanwhile.
func listingUnderWrites(t *testing.T, s *subject) {
	base := key(t, "")
	var stable []string
	for i := range 40 {
		stable = append(stable, fmt.Sprintf("%sd%d/s%02d", base, i%4, i))
	}
	slices.Sort(stable)
	for _, k := range stable {
		s.mustPut(t, k, []byte("s"))
	}
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				k := fmt.Sprintf("%sd%d/t%d-%d/x", base, i%4, w, i%5)
				s.mustPut(t, k, []byte("t"))
				s.mustPut(t, stable[i%len(stable)], []byte("over"))
				if err := s.Delete(t.Context(), k); err != nil {
					t.Errorf("delete %q: %v", k, err)
				}
			}
		})
	}
	for range 10 {
		keys := keysOf(s.listAll(t, base, "", 7))
		if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
			t.Errorf("out of order or twice: %q", keys)
		}
		kept := slices.DeleteFunc(keys, func(k string) bool { return strings.Contains(k, "/t") })
		if !slices.Equal(kept, stable) {
			t.Errorf("listed %d of the %d objects that were there all along", len(kept), len(stable))
		}
	}
	close(stop)
	writers.Wait()
}

func listingParameters(t *testing.T, s *subject) {
	for query, code := range map[string]string{
		"limit=0": "bad_request", "limit=1001": "bad_request", "limit=x": "bad_request", "limit=1&limit=2": "bad_request", "sort=key": "unknown_parameter",
		"prefix=" + url.QueryEscape("../"): "bad_key", "prefix=" + url.QueryEscape("a//"): "bad_key", "prefix=%00": "bad_key", "prefix=%ff": "bad_key",
		"prefix=" + strings.Repeat("p", 1025): "bad_key", "prefix=" + url.QueryEscape("../../../etc/pass"): "bad_key",
	} {
		s.do(t, "GET", "/storage/objects?"+query, nil, nil).wants(t, 400, code)
	}
	s.do(t, "GET", "/storage/objects?prefix=.h&limit=1000", nil, nil).wants(t, 200, "")
}
