package ingestd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
	"git.agentview.dev/profit/golanglakehouse/internal/parquetfile"
)

// parquetMagic begins every Parquet file.
const parquetMagic = "PAR1"

// parquetFormat reads the footers of Parquet files. What their pages hold, the
// converter reads, value by value.
type parquetFormat struct {
	path    string // of the spooled file
	target  []csvscan.Column
	types   map[string]string
	formats map[string]string
}

func (parquetFormat) name() string { return formatParquet }

// scan takes the file to its end and reads its footer, which comes last.
func (f parquetFormat) scan(_ context.Context, r io.Reader) (scan, error) {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if len(f.formats) > 0 {
		return nil, ingest.ErrBadOption.Errorf("a Parquet file holds dates as such; leave the format out of types")
	}
	leaves := &parquetLeaves{}
	footer, err := parquetfile.Read(file, info.Size(), parquetfile.TypesBy(leaves.typeOf))
	if err != nil {
		return nil, ingest.ErrBadFile.Errorf("the Parquet file cannot be loaded: %v; write it again", err)
	}
	s := &parquetScan{rows: footer.Rows, nanos: leaves.nanos}
	for i := range footer.Meta.NumRowGroups() {
		s.bytes += max(0, footer.Meta.RowGroup(i).TotalByteSize())
	}
	return s, s.fit(f, footer.Columns)
}

// parquetScan is what a footer says.
type parquetScan struct {
	rows    int64
	bytes   int64 // of the row groups, unpacked
	nanos   bool  // a nanosecond may be lost on the way
	columns []parquetColumn
	drift   []csvscan.Change
}

// parquetColumn is one column on its way from the file's type to another that
// holds its every value.
type parquetColumn struct {
	csvscan.ColumnResult
	source  parquetfile.Column
	counted bool // the footer says how many NULLs it has
}

func (s *parquetScan) verdict() verdict {
	v := verdict{records: s.rows, drift: s.drift, clean: true, bytes: s.bytes, nulls: map[string]int64{}}
	for _, c := range s.columns {
		v.columns = append(v.columns, c.ColumnResult)
		if c.counted {
			v.nulls[c.Name] = c.Nulls
		}
	}
	return v
}

func (s *parquetScan) rewrite(context.Context, io.Reader, io.Writer, func(csvscan.BadRow) error) (*csvscan.Report, error) {
	return nil, errors.New("a Parquet file has no bad rows")
}

func (s *parquetScan) relation(path string) (relation, error) {
	expressions := make(map[string]string, len(s.columns))
	for _, c := range s.columns {
		own, err := duck.TypeOf(c.source.Type)
		if err != nil {
			return relation{}, fmt.Errorf("column %s: %w", c.Name, err)
		}
		to, err := duck.TypeOf(c.Type)
		if err != nil {
			return relation{}, fmt.Errorf("column %s: %w", c.Name, err)
		}
		name := duck.Identifier(c.source.Name)
		value := fmt.Sprintf("CAST(%s AS %s)", name, own)
		switch {
		case !c.source.Valued && c.source.Type == "string": // which stands for a column without a type too
			value = "NULL"
		case s.nanos && c.source.Type == "timestamp":
			value = fmt.Sprintf("CASE WHEN %s IS NULL OR epoch_ns(%s) %% 1000 = 0 THEN CAST(%s AS TIMESTAMP) ELSE error(%s) END", name, name, name,
				duck.Literal("column "+c.source.Name+" has times with nanoseconds, of which a timestamp holds none"))
		case sane(c.source.Type, name) != "":
			value = fmt.Sprintf("CASE WHEN %s IS NULL OR %s THEN %s ELSE error(%s) END", name, sane(c.source.Type, name), value,
				duck.Literal("column "+c.source.Name+" has a value that no "+c.source.Type+" is"))
		}
		expressions[c.Name] = fmt.Sprintf("CAST(%s AS %s) AS %s", value, to, duck.Identifier(c.Name))
	}
	return relation{fmt.Sprintf("read_parquet(%s, binary_as_string=false, hive_partitioning=false)", duck.Literal(path)), expressions, nil}, nil
}

// sane is the condition under which DuckDB takes a value of a type for what it is, ""
// where it always does: it has numbers that stand for infinity, and believes a time of
// any number.
func sane(typeName, value string) string {
	switch typeName {
	case "date", "timestamp", "timestamptz":
		return "isfinite(" + value + ")"
	case "time":
		return value + " BETWEEN TIME '00:00:00' AND TIME '23:59:59.999999'"
	}
	return ""
}

// fit holds the file's columns against the target's, or gives them their own types.
func (s *parquetScan) fit(f parquetFormat, file []parquetfile.Column) error {
	if err := checkNames(file); err != nil {
		return err
	}
	target := map[string]int{}
	for i, t := range f.target {
		target[csvscan.FoldName(t.Name)] = i
	}
	given := map[string]string{}
	for name := range f.types {
		given[csvscan.FoldName(name)] = name
	}
	for _, source := range file {
		if _, err := duck.TypeOf(source.Type); err != nil {
			return ingest.ErrBadFile.Errorf("column %q of the Parquet file has a type that no dataset can have, as one that is nested over 60 levels; flatten it and write the file again", source.Name).Because(err)
		}
		key := csvscan.FoldName(source.Name)
		name, isGiven := given[key]
		delete(given, key)
		c := parquetColumn{source: source, counted: source.Counted && !source.Nested}
		c.ColumnResult = csvscan.ColumnResult{Name: source.Name, Type: source.Type, FileType: source.Type, Target: -1,
			HasValue: source.Valued || source.Type != "string", Nulls: source.Nulls, NonNull: s.rows - source.Nulls}
		if isGiven {
			if c.Type = f.types[name]; !holds(c.Type, source.Type) {
				return ingest.ErrBadOption.Errorf("column %q is %s in the file, and not every such value can be a %s; leave its type out, or convert it after the load", source.Name, source.Type, c.Type)
			}
		}
		if i, ok := target[key]; ok {
			s.aim(&c, f.target[i], i, isGiven)
			delete(target, key)
		} else if f.target != nil {
			s.drift = append(s.drift, csvscan.Change{Column: source.Name, Kind: csvscan.Added, To: source.Type})
		}
		s.columns = append(s.columns, c)
	}
	for _, i := range slices.Sorted(maps.Values(target)) {
		s.drift = append(s.drift, csvscan.Change{Column: f.target[i].Name, Kind: csvscan.Removed, From: f.target[i].Type})
	}
	return missingColumn(given, file)
}

// aim gives a column the type of the target's. That the file has another, which the
// target's does not hold, is no wish to have it: all values are said not to fit.
func (s *parquetScan) aim(c *parquetColumn, t csvscan.Column, at int, isGiven bool) {
	c.Name, c.Target = t.Name, at
	switch own := c.Type; {
	case t.Unvalued:
		c.Adopted = true
	case own == t.Type, !isGiven && (holds(t.Type, own) || !c.HasValue):
		c.Type = t.Type
	default:
		s.drift = append(s.drift, csvscan.Change{Column: t.Name, Kind: csvscan.Retyped, From: t.Type, To: own})
		if !isGiven {
			c.Type, c.Misfits = t.Type, max(c.NonNull, 1)
		}
	}
}

// checkNames refuses names that columns cannot have.
func checkNames(columns []parquetfile.Column) error {
	seen := map[string]string{}
	for i, c := range columns {
		reason := ""
		switch other, twice := seen[csvscan.FoldName(c.Name)]; {
		case strings.TrimSpace(c.Name) == "":
			reason = "has no name"
		case strings.ContainsAny(c.Name, "\x00\n\r"):
			reason = "has a line end or a NUL in its name"
		case twice:
			reason = fmt.Sprintf("has the name of another column, %q", other)
		}
		if reason != "" {
			return ingest.ErrBadHeader.Errorf("column %d of the Parquet file %s; rename it there", i+1, reason).
				With("errors", []headerError{{i + 1, c.Name, reason}})
		}
		seen[csvscan.FoldName(c.Name)] = c.Name
	}
	return nil
}

func missingColumn(given map[string]string, file []parquetfile.Column) error {
	if len(given) == 0 {
		return nil
	}
	names := make([]string, len(file))
	for i, c := range file {
		names[i] = c.Name
	}
	return &csvscan.MissingColumnError{Column: cmp.Or(slices.Sorted(maps.Values(given))...), Columns: names}
}
