package wire

import (
	"cmp"
	"slices"
	"strings"
)

// MaxNear is how many names [Nearest] gives at most.
const MaxNear = 5

// Nearest gives the names that a typing mistake may have meant, or that were cut short, the
// likeliest first, and at most [MaxNear].
func Nearest(wanted string, names []string) []string {
	distance := map[string]int{}
	limit := max(1, min(3, len(wanted)/3))
	for _, name := range names {
		d := editDistance(wanted, name, limit)
		if d > limit && len(wanted) >= 3 && (strings.HasPrefix(name, wanted) || strings.HasPrefix(wanted, name)) {
			d = limit
		}
		if d <= limit {
			distance[name] = d
		}
	}
	near := []string{}
	for name := range distance {
		near = append(near, name)
	}
	slices.SortFunc(near, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(a, b))
	})
	return near[:min(len(near), MaxNear)]
}

// editDistance counts the insertions, deletions, substitutions and swaps of neighbours between
// two names, or gives limit+1 where it is over limit.
func editDistance(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}
