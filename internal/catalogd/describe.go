package catalogd

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	maxDescription = 10_000    // bytes
	commentKey     = "comment" // the table property in which Spark looks for it
)

// describe says what a dataset and its columns are. It makes no version: a
// description is of the dataset, whatever it holds.
type describe struct {
	name   catalog.Name
	texts  catalog.Description
	answer catalog.Described
}

func (c *describe) on() subject { return aDataset }

func (c *describe) makesRoom() bool { return false }

func (c *describe) result() any { return &c.answer }

// checkDescription refuses texts that are too long or steer a terminal.
func checkDescription(d catalog.Description) error {
	if d.Description == nil && len(d.Columns) == 0 {
		return wire.ErrBadRequest.Errorf(`there is nothing to describe; send {"description":"…"} or {"columns":{"NAME":"…"}}`)
	}
	texts := map[string]string{"description": ""}
	if d.Description != nil {
		texts["description"] = *d.Description
	}
	for name, text := range d.Columns {
		texts["column "+shorten(name)] = text
	}
	for what, text := range texts {
		switch {
		case len(text) > maxDescription:
			return wire.ErrBadRequest.Errorf("%s has %d bytes; at most %d are kept", what, len(text), maxDescription).With("limit", maxDescription)
		case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
			return wire.ErrBadRequest.Errorf("%s holds control characters; only line ends and tabs are kept", what)
		}
	}
	return nil
}

func (c *describe) apply(_ context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		return nil, e.absent(c.name, p.base)
	}
	columns := slices.Clone(p.state.Columns)
	for name, text := range c.texts.Columns {
		at := slices.IndexFunc(columns, func(c catalog.Column) bool { return c.Name == name })
		if at < 0 {
			return nil, wire.ErrBadRequest.Errorf("%s has no column %q", c.name, shorten(name)).With("column", shorten(name))
		}
		columns[at].Description = text
	}
	d := &p.state.Dataset
	text := d.Description
	if c.texts.Description != nil {
		text = *c.texts.Description
	}
	c.answer = catalog.Described{Dataset: d.Name, Namespace: d.Namespace, DatasetID: d.DatasetID, Description: text, Columns: columns}
	if text == d.Description && slices.Equal(columns, p.state.Columns) {
		return nil, nil
	}
	d.Description, p.state.Columns = text, columns
	schema := documented(p.schema, columns)
	return e.store.restage(p, func(b *table.MetadataBuilder) error {
		if err := setComment(b, text); err != nil {
			return err
		}
		if sameOrder(schema, p.schema) {
			return nil
		}
		if err := useSchema(b, schema); err != nil {
			return err
		}
		return dropSchemas(b, p.before.meta.Schemas(), p.before.history, func(id int) bool { return p.ledger.answeredWith(id, p.clock) })
	})
}

func setComment(b *table.MetadataBuilder, text string) error {
	if text == "" {
		return b.RemoveProperties([]string{commentKey})
	}
	return b.SetProperties(iceberg.Properties{commentKey: text})
}

// documented gives a schema with the descriptions of columns, which are the same
// ones in the same order.
func documented(schema *iceberg.Schema, columns []catalog.Column) *iceberg.Schema {
	fields := slices.Clone(schema.Fields())
	for i, c := range columns {
		fields[i].Doc = c.Description
	}
	return iceberg.NewSchema(0, fields...)
}

// describedAs gives the columns the descriptions that those of the same name have.
// What a registration says of them is not read: it may be older.
func describedAs(columns, current []catalog.Column) []catalog.Column {
	at := positions(current)
	columns = slices.Clone(columns)
	for i, c := range columns {
		columns[i].Description = ""
		if j, there := at[c.Name]; there {
			columns[i].Description = current[j].Description
		}
	}
	return columns
}
