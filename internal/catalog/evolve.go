package catalog

import (
	"slices"
	"strconv"
	"strings"
)

// Evolve gives the columns of a dataset after a file with the wanted ones: the
// current columns, with the wanted types, and then the new ones. A column that the
// file lacks stays, and so does one of which it holds no value. One whose type
// Iceberg promotes keeps its field id, and files written before read right under
// it. Any other that changes its type gets a fresh id, under which those files read
// as NULL: their rows have to be written again, or to go. Evolve of its own result is
// that result.
func Evolve(current []Column, lastID int, wanted []Column) (evolved []Column, newLastID int) {
	at := positions(wanted)
	evolved = slices.Clone(current)
	for i, c := range evolved {
		j, brought := at[c.Name]
		if !brought {
			continue
		}
		w := wanted[j]
		evolved[i].Unvalued = c.Unvalued && w.Unvalued
		if w.Type == c.Type || w.Unvalued {
			continue
		}
		evolved[i].Type = w.Type
		if c.Unvalued || !Promotes(c.Type, w.Type) {
			lastID++
			evolved[i].FieldID = lastID
		}
	}
	there := positions(current)
	for _, w := range wanted {
		if _, known := there[w.Name]; !known {
			lastID++
			w.FieldID = lastID
			evolved = append(evolved, w)
		}
	}
	return evolved, lastID
}

// Promotes tells whether Iceberg reads a column of one type as another in files
// written before: int as long, float as double, a decimal with more digits before
// the point.
func Promotes(from, to string) bool {
	switch {
	case from == "int" && to == "long", from == "float" && to == "double":
		return true
	}
	digits, scale, ok := DecimalOf(from)
	more, sameScale, both := DecimalOf(to)
	return ok && both && scale == sameScale && more > digits
}

// DecimalOf gives the digits of a decimal type, and how many of them are after
// the point; ok is false for another type.
func DecimalOf(t string) (precision, scale int, ok bool) {
	inside, isDecimal := strings.CutPrefix(t, "decimal(")
	inside, closed := strings.CutSuffix(inside, ")")
	p, s, both := strings.Cut(inside, ",")
	precision, err := strconv.Atoi(p)
	scale, err2 := strconv.Atoi(s)
	return precision, scale, isDecimal && closed && both && err == nil && err2 == nil
}
