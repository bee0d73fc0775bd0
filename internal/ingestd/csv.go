package ingestd

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// csvFormat reads CSV, by package csvscan.
type csvFormat struct{ options csvscan.Options }

func (csvFormat) name() string { return formatCSV }

func (f csvFormat) scan(ctx context.Context, r io.Reader) (scan, error) {
	result, err := csvscan.Scan(ctx, r, f.options)
	if err != nil {
		return nil, err
	}
	return csvScan{result}, nil
}

type csvScan struct{ result *csvscan.Result }

func (s csvScan) verdict() verdict {
	r := s.result
	return verdict{columns: r.Columns, records: r.Records, drift: r.Drift, notUTF8: r.NotUTF8 > 0, badRows: r.HasBadRows(), clean: r.Clean(), nulls: nullsOf(r.Columns), warnings: s.warnings()}
}

func (s csvScan) relation(path string) (relation, error) {
	return csvRelation(path, s.result.Reading(), s.result.Columns)
}

func (s csvScan) rewrite(ctx context.Context, r io.Reader, good io.Writer, bad func(csvscan.BadRow) error) (*csvscan.Report, error) {
	return csvscan.Rewrite(ctx, r, good, s.result, bad)
}

func (s csvScan) warnings() []string {
	if s.result.BlankLines == 0 {
		return nil
	}
	return []string{"blank lines were skipped: " + strconv.FormatInt(s.result.BlankLines, 10)}
}

// csvRelation reads a clean or canonical CSV. Every choice that DuckDB could sniff
// is given: see package csvscan, "The fast path".
func csvRelation(path string, reading csvscan.Reading, columns []csvscan.ColumnResult) (relation, error) {
	types := make([]string, len(columns))
	expressions := make(map[string]string, len(columns))
	for i, column := range columns {
		duckType, err := duck.TypeOf(column.Type)
		if err != nil {
			return relation{}, fmt.Errorf("column %s: %w", column.Name, err)
		}
		read, name := duckType, duck.Identifier(column.Name)
		expressions[column.Name] = name
		switch {
		case column.Format != "":
			read = "VARCHAR"
			expressions[column.Name] = fmt.Sprintf("strptime(%s, %s)::%s AS %s", name, duck.Literal(column.Format), duckType, name)
		case isNested(column.Type): // written as JSON, see package jsonscan
			read = "VARCHAR"
			expressions[column.Name] = fmt.Sprintf("%s::JSON::%s AS %s", name, duckType, name)
		}
		types[i] = duck.Literal(column.Name) + ": " + duck.Literal(read)
	}
	from := fmt.Sprintf("read_csv(%s, %s, columns={%s})", duck.Literal(path), readOptions(reading), strings.Join(types, ", "))
	return relation{from, expressions}, nil
}

// isNested tells a list, a struct or a map.
func isNested(typeName string) bool { return strings.HasSuffix(typeName, ">") }

// readOptions writes a reading as options of read_csv.
func readOptions(r csvscan.Reading) string {
	longest := max(r.LongestLine+2, 2<<20)
	return fmt.Sprintf(`auto_detect=false, header=%t, delim=%s, quote='"', escape='"', nullstr='', allow_quoted_nulls=false, `+
		`strict_mode=true, null_padding=false, ignore_errors=false, max_line_size=%d, buffer_size=%d, parallel=%t`,
		r.Header, duck.Literal(string(rune(r.Delimiter))), longest, max(longest*2, 32<<20), !r.QuotedNewlines)
}
