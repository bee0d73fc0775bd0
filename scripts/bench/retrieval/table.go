package main

import (
	"fmt"
	"strings"
)

// wanted is what is promised, of the first lines of the table.
const wanted = `Wanted: the embedded model has 0.99 of float32's MRR at least; where texts ask, both as by default
find more than words alone and than vectors alone.`

// table writes what was found as Markdown, a line for each way to search.
func table(results []result) string {
	var s strings.Builder
	s.WriteString("| searched by |")
	line := "\n|---|"
	for _, r := range results {
		fmt.Fprintf(&s, " %s: MRR@%d | recall@%d | of float32's MRR |", r.task.name, k, k)
		line += "---:|---:|---:|"
	}
	s.WriteString(line + "\n")
	for i, w := range ways() {
		fmt.Fprintf(&s, "| %s |", w.name)
		for _, r := range results {
			fmt.Fprintf(&s, " %.3f | %.3f | %.3f |", r.of[i].mrr, r.of[i].recall, r.of[i].mrr/r.of[0].mrr)
		}
		s.WriteString("\n")
	}
	return s.String()
}
