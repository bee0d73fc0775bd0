package ingestd

import (
	"context"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// evolution is what a file with other columns makes of a dataset's.
type evolution struct {
	columns  []catalog.Column // of the dataset afterwards, with their field ids
	target   []csvscan.Column // those of them that the file has, in its order
	changes  []catalog.Change
	rewrites bool // rows that stay have to be written again
}

// evolve settles, with schema=evolve, the columns that the dataset is to have, and
// holds the file against them.
func (l *load) evolve(ctx context.Context) error {
	l.evolution = nil
	if l.opts.schema != catalog.EvolveSchema || l.current == nil || l.got.err != nil {
		return nil
	}
	found := l.got.scan.verdict()
	file := found.columns
	e := &evolution{}
	e.columns, _ = catalog.Evolve(l.current.Columns, l.current.LastColumnID, l.widened(file))
	e.changes = catalog.Diff(l.current.Columns, e.columns)
	for i, c := range l.current.Columns {
		e.rewrites = e.rewrites || e.columns[i].FieldID != c.FieldID && !c.Unvalued && l.opts.mode != catalog.Replace
	}
	for _, c := range file {
		own := e.columns[position(e.columns, c.Name)]
		e.target = append(e.target, csvscan.Column{Name: own.Name, Type: own.Type, Unvalued: own.Unvalued})
	}
	l.evolution = e
	if len(found.drift) == 0 && len(e.changes) == 0 {
		return nil
	}
	return l.got.rescan(ctx, l.pick)
}

// widened gives the columns that the file asks for: the dataset's own, wider where
// some value needs it, and new ones as the file has them.
func (l *load) widened(file []csvscan.ColumnResult) []catalog.Column {
	wanted := make([]catalog.Column, len(file))
	for i, c := range file {
		wanted[i] = catalog.Column{Name: c.Name, Type: c.Type, Nullable: true, Unvalued: !c.HasValue}
		if c.Target < 0 {
			continue
		}
		if known := l.current.Columns[c.Target]; !known.Unvalued {
			wanted[i].Type = widenedFor(known.Type, c)
		}
	}
	return wanted
}

// widenedFor gives the type of a column of which a file has values. A type that is
// not the dataset's was asked for by name: that one may be string too.
func widenedFor(known string, c csvscan.ColumnResult) string {
	own := c.FileType
	if c.Type != known {
		own = c.Type
	}
	wider, ok := widen(known, own)
	switch {
	case c.Type != known && (c.Type == "string" || ok && wider == c.Type):
		return c.Type
	case c.Type == known && ok && c.Misfits > 0:
		return wider
	}
	return known
}

// of gives the columns of a file with their field ids, in the dataset's order.
func (e *evolution) of(file []csvscan.ColumnResult) []catalog.Column {
	var own []catalog.Column
	for _, c := range e.columns {
		if slices.ContainsFunc(file, func(f csvscan.ColumnResult) bool { return f.Name == c.Name }) {
			own = append(own, c)
		}
	}
	return own
}

// widen gives the type that holds what both hold: int goes to long, those to decimal
// or double, float to double, a decimal to one with more digits. ok is false where
// there is none, or none but string.
func widen(known, own string) (wider string, ok bool) {
	switch {
	case known == own:
		return known, true
	case known == "int" && own == "long", own == "double" && (known == "int" || known == "long" || known == "float"):
		return own, true
	}
	whole, fraction, exact := digitsOf(known)
	ownWhole, ownFraction, ownExact := digitsOf(own)
	whole, fraction = max(whole, ownWhole), max(fraction, ownFraction)
	if !exact || !ownExact || whole+fraction > 38 {
		return "", false
	}
	return fmt.Sprintf("decimal(%d,%d)", max(whole+fraction, 18), fraction), true
}

// digitsOf gives how many digits a type holds before and after the point.
func digitsOf(t string) (whole, fraction int, ok bool) {
	switch t {
	case "int":
		return 10, 0, true
	case "long":
		return 19, 0, true
	}
	precision, scale, ok := catalog.DecimalOf(t)
	return precision - scale, scale, ok
}
