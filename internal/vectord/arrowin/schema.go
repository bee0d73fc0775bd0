package arrowin

import (
	"errors"
	"fmt"

	flatbuffers "github.com/google/flatbuffers/go"
)

// Bounds of a schema.
const (
	maxColumns = 1000
	maxPairs   = 1000 // of metadata, which pandas for one writes
)

// Where the parts of the format's tables are (Message.fbs and Schema.fbs of the Arrow
// format, version 5).
const (
	messageType, messageHeader, messageBody = 6, 8, 10
	schemaFields, schemaMetadata            = 6, 8
	fieldName, fieldType                    = 4, 8
	fieldTable, fieldDictionary             = 10, 12
	fieldChildren, fieldMetadata            = 14, 16
	typeSchema, typeRows, typeUnion         = 1, 3, 14
)

// checkMessage looks at a message's metadata, the schema's or that of rows, and gives the
// length of its body. It panics where offsets lead out of it.
func checkMessage(message []byte, first bool) (body int64, err error) {
	root := flatbuffers.Table{Bytes: message, Pos: flatbuffers.GetUOffsetT(message)}
	var kind byte
	if at := root.Offset(messageType); at != 0 {
		kind = root.GetByte(root.Pos + flatbuffers.UOffsetT(at))
	}
	if at := root.Offset(messageBody); at != 0 {
		body = root.GetInt64(root.Pos + flatbuffers.UOffsetT(at))
	}
	header := root.Offset(messageHeader)
	switch {
	case header == 0 || first != (kind == typeSchema) || !first && kind != typeRows:
		return 0, errors.New("it is not a schema with batches of rows behind it")
	case body < 0:
		return 0, errors.New("a message has a length below zero")
	case !first:
		return body, nil
	}
	var schema flatbuffers.Table
	root.Union(&schema, flatbuffers.UOffsetT(header))
	if err := countsWithin(schema, schemaMetadata, maxPairs); err != nil {
		return 0, err
	}
	return body, checkFields(schema, schemaFields, maxColumns, 1)
}

// checkFields looks at the fields that a table lists: lists may stand in columns, and
// nothing else in anything.
func checkFields(of flatbuffers.Table, slot flatbuffers.VOffsetT, most, deeper int) error {
	if err := countsWithin(of, slot, most); err != nil {
		return err
	}
	at := of.Offset(slot)
	if at == 0 {
		return nil
	}
	list := of.Vector(flatbuffers.UOffsetT(at))
	for i := range of.VectorLen(flatbuffers.UOffsetT(at)) {
		field := flatbuffers.Table{Bytes: of.Bytes, Pos: of.Indirect(list + flatbuffers.UOffsetT(4*i))}
		if err := checkField(field, deeper); err != nil {
			if at := field.Offset(fieldName); at != 0 && deeper > 0 {
				err = fmt.Errorf("column %.128q: %w", field.ByteVector(field.Pos+flatbuffers.UOffsetT(at)), err)
			}
			return err
		}
	}
	return nil
}

func checkField(field flatbuffers.Table, deeper int) error {
	kind := field.Offset(fieldType)
	switch {
	case kind == 0 || field.Offset(fieldTable) == 0:
		return errors.New("it has no type")
	case field.GetByte(field.Pos+flatbuffers.UOffsetT(kind)) == typeUnion:
		return errors.New("it is a union; send one column for each kind")
	case field.Offset(fieldDictionary) != 0:
		return errors.New("it is encoded by a dictionary; send it plain")
	}
	if err := countsWithin(field, fieldMetadata, maxPairs); err != nil {
		return err
	}
	return checkFields(field, fieldChildren, deeper, 0)
}

// countsWithin holds the length of a list against a bound.
func countsWithin(of flatbuffers.Table, slot flatbuffers.VOffsetT, most int) error {
	at := of.Offset(slot)
	if at == 0 {
		return nil
	}
	if n := of.VectorLen(flatbuffers.UOffsetT(at)); n < 0 || n > most {
		return fmt.Errorf("the schema is nested, as of maps, or too large: %d parts where there may be %d; send flat columns and lists", n, most)
	}
	return nil
}
