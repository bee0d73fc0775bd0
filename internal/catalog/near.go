package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// maxNear is how many names Nearest gives at most.
const maxNear = 5

// Nearest gives the names, as users write them, that a typing mistake may have
// meant, the likeliest first, and at most five.
func Nearest(wanted string, names []Name) []string {
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	limit := max(1, min(3, len(wanted)/3))
	for _, n := range names {
		name := n.String()
		d := editDistance(wanted, name, limit)
		if n.Name == wanted || d > limit && len(wanted) >= 3 && (strings.HasPrefix(name, wanted) || strings.HasPrefix(wanted, name)) {
			d = limit // the right name in another namespace, or cut short
		}
		if d <= limit {
			found = append(found, candidate{name, d})
		}
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	near := []string{}
	for _, c := range found[:min(len(found), maxNear)] {
		near = append(near, c.name)
	}
	return near
}

// editDistance counts the insertions, deletions and substitutions between two
// names (Levenshtein's), or gives limit+1 where it is over limit.
func editDistance(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return min(row[len(b)], limit+1)
}
