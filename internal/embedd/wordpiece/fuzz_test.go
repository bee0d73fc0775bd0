package wordpiece_test

import (
	"slices"
	"testing"
)

// FuzzAppend: a limit is kept, and gives the beginning of what the text has without it;
// what was there before stays.
func FuzzAppend(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.Text, uint8(min(g.Limit, 200)))
	}
	f.Add("a\xff\xfeb\xed\xa0\x80", uint8(3))
	tokenizer := model(f)
	f.Fuzz(func(t *testing.T, text string, limit uint8) {
		n := int(limit) + 2
		all, more := tokenizer.Append(nil, text, everything)
		if more {
			t.Fatalf("%q is truncated without a limit", text)
		}
		got, truncated := tokenizer.Append([]int32{-1}, text, n)
		want := all
		if len(all) > n {
			want = append(slices.Clone(all[:n-1]), all[len(all)-1])
		}
		if got[0] != -1 || !slices.Equal(got[1:], want) || truncated != (len(all) > n) {
			t.Fatalf("%q with a limit of %d gives %v, truncated %v; without one %v", text, n, got, truncated, all)
		}
	})
}
