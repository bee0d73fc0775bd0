package duck

import (
	"fmt"
	"strings"
)

// View gives a statement one of its tables: the rows of Parquet files, their
// columns found by Iceberg field id, so that renamed, added and widened columns
// read right. A column that a file lacks is NULL. Without Files it is empty.
//
// Or it is a SELECT over other views, which come before it: SQL is a text that
// [Session.ParseView] accepted, and Columns are those of its columns, by name alone,
// that the view has. A bare name in it is one of a View without a Schema, whatever
// schema this one is in.
type View struct {
	Schema  string   `json:"schema"` // "" for a table that is named without one
	Name    string   `json:"name"`
	SQL     string   `json:"sql,omitempty"` // "": the rows of Files
	Files   []string `json:"files"`
	Sizes   []int64  `json:"sizes,omitempty"` // of each file, in bytes; held against the size in S3
	Rows    int64    `json:"rows"`            // of all files; DuckDB plans joins by it, and knows no other way
	Columns []Column `json:"columns"`
}

// Column is a column of a View.
type Column struct {
	FieldID int    `json:"field_id"`
	Name    string `json:"name"`
	Type    string `json:"type"` // Iceberg's name, as TypeOf reads it
}

// viewsSQL builds the statements that make the views of files. They run in a transaction that is
// rolled back when the statement is over: no later one ever sees them. noRows is the
// setup's.
func viewsSQL(views []View, noRows string) (string, error) {
	if len(views) == 0 {
		return "", nil
	}
	var sql strings.Builder
	schemas := map[string]bool{}
	for _, view := range views {
		if view.SQL != "" {
			continue
		}
		name := Identifier(view.Name)
		if view.Schema != "" {
			if folded := strings.ToLower(view.Schema); !schemas[folded] {
				schemas[folded] = true
				fmt.Fprintf(&sql, "CREATE SCHEMA IF NOT EXISTS %s;", Identifier(view.Schema))
			}
			name = Identifier(view.Schema) + "." + name
		}
		rows, err := view.selectSQL(noRows)
		if err != nil {
			return "", fmt.Errorf("table %s: %w", view.Name, err)
		}
		fmt.Fprintf(&sql, "CREATE VIEW %s AS %s;", name, rows)
	}
	return sql.String(), nil
}

// selectSQL reads the view's files, or is an empty table of its columns. One file of
// which the schema is given is not opened before it is read, so DuckDB does not know
// its row groups and reads it with one thread; of two files it does not ask. So a file
// without rows goes beside one that has many.
func (v View) selectSQL(noRows string) (string, error) {
	if len(v.Files) > 0 {
		if len(v.Files) == 1 && v.Rows > rowGroup {
			v.Files = []string{v.Files[0], noRows}
		}
		relation, err := v.Relation()
		return "SELECT * FROM " + relation, err
	}
	columns, err := v.each(func(c Column, duckType string) string {
		return fmt.Sprintf("NULL::%s AS %s", duckType, Identifier(c.Name))
	})
	return "SELECT " + columns + " WHERE false", err
}

// Relation is what a job selects the rows of the view's files from; there have to
// be some. Beside the columns there are DuckDB's own file_index, which counts the
// files from 0, and file_row_number, unless a column is called so.
func (v View) Relation() (string, error) {
	schema, err := v.each(func(c Column, duckType string) string {
		return fmt.Sprintf("%d: {name: %s, type: %s, default_value: NULL}", c.FieldID, Literal(c.Name), Literal(duckType))
	})
	return fmt.Sprintf("read_parquet(%s, schema = MAP {%s}, explicit_cardinality = %d)", literalList(v.Files), schema, v.Rows), err
}

// rowGroup is DuckDB's usual number of rows in a group, which one thread reads.
const rowGroup = 122_880

// each writes something for every column.
func (v View) each(write func(c Column, duckType string) string) (string, error) {
	columns := make([]string, len(v.Columns))
	for i, column := range v.Columns {
		duckType, err := TypeOf(column.Type)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", column.Name, err)
		}
		columns[i] = write(column, duckType)
	}
	return strings.Join(columns, ", "), nil
}
