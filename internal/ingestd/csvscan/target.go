package csvscan

import (
	"fmt"
	"maps"
	"slices"
)

// layOut sets up one column for each of the file's, with the type its values
// are held against.
func (r *Result) layOut(names []string) error {
	forced, err := forcedTypes(&r.opts)
	if err != nil {
		return err
	}
	r.width = len(names)
	r.plan = make([]column, len(names))
	match := r.matcher()
	for i, name := range names {
		c := &r.plan[i]
		c.name, c.target = name, match(i, name)
		if c.target >= 0 {
			t := r.opts.Target[c.target]
			c.name = t.Name
			if !t.Unvalued {
				c.expect(t.Type)
			}
		}
		key := foldName(c.name)
		c.required = slices.ContainsFunc(r.opts.Required, func(name string) bool { return foldName(name) == key })
		if f, ok := forced[key]; ok {
			delete(forced, key)
			c.expect(f.typeName)
			if f.given.format != "" {
				c.read(f.given)
			}
		}
	}
	if len(forced) > 0 {
		first := slices.Min(slices.Collect(maps.Keys(forced)))
		return &MissingColumnError{forced[first].column, names}
	}
	return nil
}

// forced is a type, and perhaps a format, that the options give a column.
type forced struct {
	column, typeName string
	given            given
}

// forcedTypes keys what is forced by folded name.
func forcedTypes(o *Options) (map[string]forced, error) {
	all := make(map[string]forced, len(o.Types))
	for name, t := range o.Types {
		if parseType(t).kind == kindOther {
			return nil, fmt.Errorf("%w: a CSV column cannot be read as %q", ErrBadOption, t)
		}
		f := forced{column: name, typeName: t}
		if format := o.Formats[name]; format != "" {
			if err := CheckFormat(t, format); err != nil {
				return nil, err
			}
			f.given, _ = parseFormat(format)
		}
		all[foldName(name)] = f
	}
	return all, nil
}

// matcher returns what finds the target's column, or -1, for one of the file's:
// by position where the file names none, else by name.
func (r *Result) matcher() func(i int, name string) int {
	if r.opts.NoHeader {
		return func(i int, _ string) int {
			if i < len(r.opts.Target) {
				return i
			}
			return -1
		}
	}
	targets := make(map[string]int, len(r.opts.Target))
	for i, t := range r.opts.Target {
		targets[foldName(t.Name)] = i
	}
	return func(_ int, name string) int {
		if i, ok := targets[foldName(name)]; ok {
			return i
		}
		return -1
	}
}

// conclude turns the tallies into types, formats and differences.
func (r *Result) conclude(names []string) {
	r.Columns = make([]ColumnResult, len(names))
	found := make([]bool, len(r.opts.Target))
	for i := range r.plan {
		c := &r.plan[i]
		r.Columns[i] = c.result()
		r.Columns[i].NamedLikeValue = !r.opts.NoHeader && c.target < 0 && c.namedLikeValue()
		if c.required {
			r.Missing += c.nulls
		}
		r.Columns[i].Adopted = c.target >= 0 && r.opts.Target[c.target].Unvalued
		if r.opts.Target == nil {
			r.Misfits += r.Columns[i].Misfits
			continue
		}
		if c.target >= 0 {
			found[c.target] = true
		}
		if change, drifted := r.compare(c, r.Columns[i]); drifted {
			r.Drift = append(r.Drift, change)
		} else {
			r.Misfits += r.Columns[i].Misfits
		}
	}
	for i, t := range r.opts.Target {
		if !found[i] {
			r.Drift = append(r.Drift, Change{Column: t.Name, Kind: Removed, From: t.Type})
		}
	}
}

// result sums a column up, settling its format.
func (c *column) result() ColumnResult {
	out := ColumnResult{Name: c.name, Nulls: c.nulls, NonNull: c.nonNull(), Target: c.target}
	out.HasValue = out.NonNull > 0
	out.FileType, out.Format = c.ownType()
	out.Type = out.FileType
	out.TextDates = out.HasValue && out.Type == "string" && c.seen()&^dates == 0
	out.Mixed = c.mixed()
	if c.typed {
		out.Type, out.Format = c.declared, c.settle()
		out.Misfits, _ = c.misfitting()
	}
	return out
}

// compare returns how a column of the file differs from the target's.
func (r *Result) compare(c *column, out ColumnResult) (Change, bool) {
	if c.target < 0 {
		return Change{Column: c.name, Kind: Added, To: out.Type}, true
	}
	t := r.opts.Target[c.target]
	if t.Unvalued {
		return Change{}, false
	}
	if parseType(t.Type) != parseType(out.Type) {
		return Change{Column: c.name, Kind: Retyped, From: t.Type, To: out.Type}, true
	}
	if out.Misfits*2 <= out.NonNull {
		return Change{}, false
	}
	_, first := c.misfitting()
	return Change{c.name, Retyped, t.Type, out.FileType, first.example, first.line}, true
}
