package guard

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Sought tells which texts a row's record holds, if a condition can hold for that row:
// one of Texts, what each of All says, and what one of Any says. An empty part says
// nothing.
type Sought struct {
	Texts []string  `json:"texts,omitempty"`
	All   []*Sought `json:"all,omitempty"`
	Any   []*Sought `json:"any,omitempty"`
}

// soughtBy reads a condition. It goes by what compares a column, or one in another case
// of letters, with values by =, IN and IS NOT DISTINCT FROM, joined by AND and OR; what
// else an AND joins does not narrow it. whole is false where the condition may hold for
// a row whose record holds none of it; s is nil where there is nothing to go by.
func soughtBy(o object) (s *Sought, whole bool) {
	switch o.str("type") {
	case "CONJUNCTION_AND":
		all, part := soughtByEach(o)
		whole := len(all) > 0 // a part that is not would take away rows that it cannot tell
		if !whole {
			all = part
		}
		return join(all, &Sought{All: all}), whole
	case "CONJUNCTION_OR":
		all, part := soughtByEach(o)
		some := append(all, part...)
		return join(some, &Sought{Any: some}), len(all) == len(o.list("children"))
	case "COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM":
		column, value := o.obj("left"), o.obj("right")
		if !plainColumn(column) {
			column, value = value, column
		}
		return soughtOf(column, []any{map[string]any(value)})
	case "COMPARE_IN":
		children := o.list("children")
		if len(children) < 2 {
			return nil, false
		}
		column, _ := children[0].(map[string]any)
		return soughtOf(column, children[1:])
	}
	return nil, false
}

// soughtByEach reads the conditions that are joined: those that are whole, and the
// rest of which there is something to go by.
func soughtByEach(o object) (whole, part []*Sought) {
	for _, child := range o.list("children") {
		c, _ := child.(map[string]any)
		switch s, all := soughtBy(c); {
		case all:
			whole = append(whole, s)
		case s != nil:
			part = append(part, s)
		}
	}
	return whole, part
}

func join(list []*Sought, joined *Sought) *Sought {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return joined
}

// soughtOf gives the texts of values that a column is compared with.
func soughtOf(column object, values []any) (*Sought, bool) {
	if !plainColumn(column) {
		return nil, false
	}
	s := &Sought{}
	whole := true
	for _, v := range values {
		value, _ := v.(map[string]any)
		texts := textsOf(value)
		whole = whole && texts != nil
		s.Texts = append(s.Texts, texts...)
	}
	if s.Texts == nil {
		return nil, false
	}
	return s, whole
}

// plainColumn tells a column whose value stands in the record as it does in the
// comparison, but for the case of letters and blanks around it.
func plainColumn(o object) bool {
	switch o.str("class") {
	case "COLUMN_REF":
		return true
	case "CAST":
		return o.obj("cast_type").str("id") == "VARCHAR" && plainColumn(o.obj("child"))
	case "FUNCTION":
		children := o.list("children")
		if len(children) != 1 || !slices.Contains([]string{"lower", "lcase", "upper", "ucase", "trim"}, strings.ToLower(o.str("function_name"))) {
			return false
		}
		only, _ := children[0].(map[string]any)
		return plainColumn(only)
	}
	return false
}

// textsOf gives the ways to write a text or a number, nil for another value.
func textsOf(o object) []string {
	if o.str("class") == "CAST" && o.obj("cast_type").str("id") != "BOOLEAN" {
		o = o.obj("child")
	}
	value := o.obj("value")
	if o.str("class") != "CONSTANT" || value == nil {
		return nil
	}
	switch v := value["value"].(type) {
	case string:
		if value.obj("type").str("id") == "VARCHAR" && strings.TrimSpace(v) != "" {
			return []string{strings.TrimSpace(v)}
		}
	case json.Number:
		return numberTexts(v.String(), value.obj("type"))
	case map[string]any: // the halves of a number of 128 bits
		upper, isNumber := new(big.Int).SetString(numeral(v["upper"]), 10)
		lower, isWhole := new(big.Int).SetString(numeral(v["lower"]), 10)
		if isNumber && isWhole {
			return numberTexts(upper.Lsh(upper, 64).Add(upper, lower).String(), value.obj("type"))
		}
	}
	return nil
}

func numeral(v any) string {
	n, _ := v.(json.Number)
	return n.String()
}

// numberTexts writes a number with all its digits, and without needless zeros.
func numberTexts(text string, of object) []string {
	switch of.str("id") {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return []string{text}
	case "DECIMAL":
		scale := offset(of.obj("type_info")["scale"])
		units, ok := new(big.Int).SetString(text, 10)
		if !ok || scale < 0 {
			return nil
		}
		text = new(big.Rat).SetFrac(units, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(scale)
	case "FLOAT", "DOUBLE":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	default:
		return nil
	}
	short := text
	if strings.Contains(text, ".") {
		short = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return slices.Compact([]string{text, short})
}
