package ingestd

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/duck/csvread"
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
	return verdict{columns: r.Columns, records: r.Records, drift: r.Drift, notUTF8: r.NotUTF8 > 0, badRows: r.HasBadRows(), clean: !r.HasBadRows(), nulls: nullsOf(r.Columns), warnings: s.warnings()}
}

func (s csvScan) relation(string) (relation, error) {
	return csvRelation(s.result.Reading(), s.result.Columns)
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

// csvRelation reads a CSV without bad rows. Columns of types that a CSV is not read
// into are read as texts, which DuckDB makes values of.
func csvRelation(reading csvscan.Reading, columns []csvscan.ColumnResult) (relation, error) {
	table := &csvread.Table{Offset: reading.Offset, Delimiter: reading.Delimiter, Header: reading.Header, Columns: make([]csvread.Column, len(columns))}
	expressions := make(map[string]string, len(columns))
	for i, column := range columns {
		duckType, err := duck.TypeOf(column.Type)
		if err != nil {
			return relation{}, fmt.Errorf("column %s: %w", column.Name, err)
		}
		read, name := column.Type, duck.Identifier(column.Name)
		expressions[column.Name] = name
		switch {
		case column.Format != "":
			read = "string"
			expressions[column.Name] = fmt.Sprintf("strptime(%s, %s)::%s AS %s", name, duck.Literal(column.Format), duckType, name)
		case isNested(column.Type): // written as JSON, see package jsonscan
			read = "string"
			expressions[column.Name] = fmt.Sprintf("%s::JSON::%s AS %s", name, duckType, name)
		}
		table.Columns[i] = csvread.Column{Name: column.Name, Type: read}
	}
	return relation{duck.CSVTable, expressions, table}, nil
}

// isNested tells a list, a struct or a map.
func isNested(typeName string) bool { return strings.HasSuffix(typeName, ">") }
