package rows

import (
	"fmt"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// Encoder writes the batches of one result in one format. It is not safe for
// concurrent use.
type Encoder struct {
	dialect dialect
	columns []query.Column
	header  string   // before the first row
	between string   // between two rows
	leads   []string // before each column's value
	end     string   // after the last column's value
	cells   []cell   // of the batch at hand
	rows    int64
}

// JSON makes an encoder for the elements of a JSON array, each row an array:
// [1,"a"],[2,"b"].
func JSON(columns []query.Column) *Encoder {
	e := &Encoder{dialect: jsonDialect, columns: columns, between: ",", leads: make([]string, len(columns)), end: "]"}
	for i := range columns {
		e.leads[i] = ","
	}
	e.leads[0] = "["
	return e
}

// NDJSON makes an encoder for one JSON object a line.
func NDJSON(columns []query.Column) *Encoder {
	e := &Encoder{dialect: jsonDialect, columns: columns, leads: make([]string, len(columns)), end: "}\n"}
	lead := byte('{')
	for i, name := range UniqueNames(columns) {
		e.leads[i] = string(append(AppendString([]byte{lead}, name), ':'))
		lead = ','
	}
	return e
}

// CSV makes an encoder for records after a header record.
func CSV(columns []query.Column) *Encoder {
	e := &Encoder{dialect: csvDialect, columns: columns, leads: make([]string, len(columns)), end: "\r\n"}
	var header []byte
	for i, c := range columns {
		if i > 0 {
			e.leads[i] = ","
		}
		header = appendField(append(header, e.leads[i]...), c.Name)
	}
	e.header = string(header) + e.end
	return e
}

// Embed makes values of type JSON part of the answer's own JSON, where they are text
// otherwise; in CSV they stay text. It is for values that are known to be JSON.
func (e *Encoder) Embed() *Encoder {
	e.dialect.embed = e.dialect.quote != ""
	return e
}

// Header appends what stands before the first row.
func (e *Encoder) Header(dst []byte) []byte { return append(dst, e.header...) }

// Bind makes batch the one whose rows Append writes. It fails, naming the
// column, for a type that has no text form.
func (e *Encoder) Bind(batch arrow.RecordBatch) error {
	e.cells = e.cells[:0]
	for i, column := range batch.Columns() {
		c, err := e.dialect.cell(column, e.columns[i].Type)
		if err != nil {
			return fmt.Errorf("column %s of type %s: %w", e.columns[i].Name, e.columns[i].Type, err)
		}
		e.cells = append(e.cells, c)
	}
	return nil
}

// Append appends the bound batch's rows from row on, up to and without to, and
// stops early after a row with which dst has full bytes or more. next is the row
// to go on with.
func (e *Encoder) Append(dst []byte, row, to, full int) (_ []byte, next int) {
	for ; row < to && len(dst) < full; row++ {
		if e.rows > 0 {
			dst = append(dst, e.between...)
		}
		e.rows++
		for i, c := range e.cells {
			if lead := e.leads[i]; len(lead) == 1 { // as most are
				dst = append(dst, lead[0])
			} else {
				dst = append(dst, lead...)
			}
			dst = c(dst, row)
		}
		dst = append(dst, e.end...)
	}
	return dst, row
}

// Rows tells how many rows were appended so far.
func (e *Encoder) Rows() int64 { return e.rows }

// UniqueNames gives every column a name of its own, for formats that need that.
func UniqueNames(columns []query.Column) []string {
	taken := make(map[string]bool, len(columns))
	for _, c := range columns {
		taken[c.Name] = true
	}
	used := make(map[string]bool, len(columns))
	names := make([]string, len(columns))
	for i, c := range columns {
		name := c.Name
		for n := 1; used[name]; n++ {
			if next := c.Name + "_" + strconv.Itoa(n); !taken[next] {
				name = next
				taken[next] = true
			}
		}
		used[name] = true
		names[i] = name
	}
	return names
}
