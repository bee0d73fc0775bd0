package ingestd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// agree gives several files one schema: of each column the narrowest type that
// holds the values of all files without loss, in the order of the first file. Every
// file is then read again with that schema as its target, so that what was a long
// in one file is the decimal that it is in another. A file alone has its own.
//
// A file that is refused for itself, or does not fit the dataset, is left for its
// decision to tell.
func (b *batch) agree(ctx context.Context) error {
	if len(b.parts) == 1 || b.parts[0].agreed != nil {
		return nil
	}
	for _, l := range b.parts {
		if l.got.err != nil || len(l.got.scan.verdict().drift) > 0 {
			return nil
		}
	}
	agreed := columnsToAgree(b.parts[0].got.scan.verdict().columns)
	for _, l := range b.parts[1:] {
		if err := b.join(agreed, l); err != nil {
			return err
		}
	}
	for {
		wider, err := b.holdAgainst(ctx, agreed)
		if err != nil || !wider {
			return err
		}
	}
}

func columnsToAgree(columns []csvscan.ColumnResult) []csvscan.Column {
	agreed := make([]csvscan.Column, len(columns))
	for i, c := range columns {
		agreed[i] = csvscan.Column{Name: c.Name, Type: c.Type, Unvalued: !c.HasValue && c.Type == "string"}
	}
	return agreed
}

// join widens the agreed columns by those of one more file, which must be the same
// by name.
func (b *batch) join(agreed []csvscan.Column, l *load) error {
	columns := l.got.scan.verdict().columns
	var diff []catalog.Change
	seen := make([]bool, len(agreed))
	for _, c := range columns {
		i := agreedIndex(agreed, c.Name)
		if i < 0 {
			diff = append(diff, catalog.Change{Column: c.Name, Change: string(csvscan.Added), To: optional(c.Type)})
			continue
		}
		seen[i] = true
		if c.HasValue || c.Type != "string" {
			agreed[i] = agreedWith(agreed[i], c.Type)
		}
	}
	for i, c := range agreed {
		if !seen[i] {
			diff = append(diff, catalog.Change{Column: c.Name, Change: string(csvscan.Removed), From: optional(c.Type)})
		}
	}
	if len(diff) == 0 {
		return nil
	}
	first := b.parts[0].label
	return catalog.ErrSchemaDrift.Errorf("the columns of %s are not those of %s: files that become one version have the same columns, in any order; mend the file, or load it by itself", l.label, first).
		With("dataset", b.name.String()).With("source", l.label).With("diff", diff)
}

// agreedIndex finds a column as a header's name finds one: without regard to case.
func agreedIndex(agreed []csvscan.Column, name string) int {
	return slices.IndexFunc(agreed, func(c csvscan.Column) bool { return strings.EqualFold(c.Name, name) })
}

func agreedPosition(agreed []csvscan.Column, c catalog.Column) int {
	return agreedIndex(agreed, c.Name)
}

// holdAgainst reads every file with the agreed columns as its target. Where values
// of a file do not fit, which the types alone do not tell, it makes the column's
// type wider, and tells that the files are to be read once more. That ends, since
// every value fits a string.
func (b *batch) holdAgainst(ctx context.Context, agreed []csvscan.Column) (wider bool, err error) {
	misfit := map[string]bool{}
	for _, l := range b.parts {
		l.agreed = slices.Clone(agreed)
		if err := l.got.rescan(ctx, l.pick); err != nil {
			return false, l.named(err)
		}
		if l.got.err != nil {
			continue
		}
		v := l.got.scan.verdict()
		for _, c := range v.columns {
			if c.Misfits > 0 {
				misfit[c.Name] = true
			}
		}
		for _, change := range v.drift {
			misfit[change.Column] = true
		}
	}
	b.keepSettled(misfit)
	for name := range misfit {
		i := agreedIndex(agreed, name)
		if i < 0 || agreed[i].Type == "string" {
			continue
		}
		agreed[i].Type = widerThan(agreed[i].Type)
		wider = true
	}
	return wider, nil
}

// keepSettled takes from the columns that may become wider those whose type the
// caller or the dataset has settled: values that do not fit it are bad rows.
func (b *batch) keepSettled(misfit map[string]bool) {
	for given := range b.opts.types.types {
		maps.DeleteFunc(misfit, func(name string, _ bool) bool { return strings.EqualFold(name, given) })
	}
	if b.current == nil || b.opts.schema == catalog.ReplaceSchema {
		return
	}
	for _, c := range b.current.Columns {
		if !c.Unvalued {
			delete(misfit, c.Name)
		}
	}
}

// agreedWith gives the column the narrowest type that may hold values of both types.
func agreedWith(c csvscan.Column, other string) csvscan.Column {
	if c.Unvalued {
		return csvscan.Column{Name: c.Name, Type: other}
	}
	if c.Type == other {
		return c
	}
	p1, s1, ok1 := agreedDigits(c.Type)
	p2, s2, ok2 := agreedDigits(other)
	if ok1 && ok2 {
		c.Type = fmt.Sprintf("decimal(%d,%d)", max(p1, p2), max(s1, s2))
	} else {
		c.Type = "string"
	}
	return c
}

// agreedDigits reads the digits and the fraction digits of a decimal. A long is one
// without a fraction, as far as its values go.
func agreedDigits(typ string) (precision, scale int, ok bool) {
	if typ == "long" {
		return 18, 0, true
	}
	return catalog.DecimalOf(typ)
}

// widerThan is the next wider type of one that did not do.
func widerThan(typ string) string {
	if p, s, ok := agreedDigits(typ); ok && p < 38 && typ != "long" {
		return fmt.Sprintf("decimal(38,%d)", s)
	}
	return "string"
}
