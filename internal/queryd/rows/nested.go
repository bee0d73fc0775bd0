package rows

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// nested binds a LIST, ARRAY, STRUCT or MAP as JSON, which in CSV is one field.
func (d dialect) nested(a arrow.Array, typ string) (cell, error) {
	value, err := nestedJSON(a, typ)
	if err != nil || d.quote != "" {
		return value, err
	}
	return func(dst []byte, row int) []byte { return quoteTail(value(dst, row), len(dst)) }, nil
}

func nestedJSON(a arrow.Array, typ string) (cell, error) {
	switch a := a.(type) {
	case *array.Map:
		return maps(a, typ)
	case *array.Struct:
		return structs(a, typ)
	case array.ListLike:
		return lists(a, typ)
	}
	return nil, errNoText
}

func lists(a array.ListLike, typ string) (cell, error) {
	element, err := jsonDialect.cell(a.ListValues(), elementType(typ))
	if err != nil {
		return nil, err
	}
	return func(dst []byte, row int) []byte {
		from, to := a.ValueOffsets(row)
		dst = append(dst, '[')
		for i := from; i < to; i++ {
			if i > from {
				dst = append(dst, ',')
			}
			dst = element(dst, int(i))
		}
		return append(dst, ']')
	}, nil
}

func maps(a *array.Map, typ string) (cell, error) {
	types := memberTypes(typ, 2)
	key, err := jsonDialect.cell(a.Keys(), types[0])
	if err != nil {
		return nil, err
	}
	value, err := jsonDialect.cell(a.Items(), types[1])
	if err != nil {
		return nil, err
	}
	return func(dst []byte, row int) []byte {
		from, to := a.ValueOffsets(row)
		dst = append(dst, '[')
		for i := from; i < to; i++ {
			if i > from {
				dst = append(dst, ',')
			}
			dst = key(append(dst, `{"key":`...), int(i))
			dst = value(append(dst, `,"value":`...), int(i))
			dst = append(dst, '}')
		}
		return append(dst, ']')
	}, nil
}

func structs(a *array.Struct, typ string) (cell, error) {
	fields := a.DataType().(*arrow.StructType).Fields()
	named := len(fields) > 0 && fields[0].Name != ""
	begin, end := byte('['), byte(']')
	if named {
		begin, end = '{', '}'
	}
	types := memberTypes(typ, len(fields))
	leads := make([]string, len(fields))
	values := make([]cell, len(fields))
	for i, field := range fields {
		var err error
		if values[i], err = jsonDialect.cell(a.Field(i), types[i]); err != nil {
			return nil, err
		}
		var lead []byte
		if i > 0 {
			lead = append(lead, ',')
		}
		if named {
			lead = append(AppendString(lead, field.Name), ':')
		}
		leads[i] = string(lead)
	}
	return func(dst []byte, row int) []byte {
		dst = append(dst, begin)
		for i, value := range values {
			dst = value(append(dst, leads[i]...), row)
		}
		return append(dst, end)
	}, nil
}

// elementType gives the T of T[] or T[3]; "" of anything else.
func elementType(typ string) string {
	if at := strings.LastIndexByte(typ, '['); at >= 0 {
		return typ[:at]
	}
	return ""
}

// memberTypes gives the types of the n members of STRUCT(a T, b U), STRUCT(T, U)
// or MAP(T, U); "" each where typ is none of these. They matter only where
// text can be an interval.
func memberTypes(typ string, n int) []string {
	types := make([]string, n)
	open := strings.IndexByte(typ, '(')
	if open < 0 || !strings.HasSuffix(typ, ")") || !strings.Contains(typ, interval) {
		return types
	}
	members := splitMembers(typ[open+1 : len(typ)-1])
	if len(members) != n {
		return types
	}
	for i, member := range members {
		if strings.HasPrefix(typ, "STRUCT") {
			member = withoutName(member)
		}
		types[i] = member
	}
	return types
}

// splitMembers splits at the commas that stand in no bracket and no quote.
func splitMembers(s string) []string {
	var members []string
	depth, from := 0, 0
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			members = append(members, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return append(members, strings.TrimSpace(s[from:]))
}

// withoutName drops a field's name, quoted or not, from before its type.
func withoutName(member string) string {
	end := 0
	for end < len(member) && member[end] == '"' {
		shut := strings.IndexByte(member[end+1:], '"')
		if shut < 0 {
			return member
		}
		end += shut + 2
	}
	if _, typ, named := strings.Cut(member[end:], " "); named {
		return typ
	}
	return member
}
