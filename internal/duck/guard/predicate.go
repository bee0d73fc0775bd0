package guard

import (
	"maps"
	"slices"
	"strings"
)

// Condition is what was learned about a predicate.
type Condition struct {
	Columns []string `json:"columns,omitempty"` // the parts of its columns' names
	// Sought tells which texts the record of a row holds, if the condition can hold for
	// it; nil if that says nothing. Unless Whole it may hold for other rows as well.
	Sought *Sought `json:"sought,omitempty"`
	Whole  bool    `json:"whole,omitempty"`
}

// Predicate reads the syntax tree of SELECT (expression) AS p FROM table, which Check
// has let pass, and gives the names that the expression's columns may have, and the
// texts that it goes by: it is one expression over that table's columns, without
// subqueries, windows and parameters.
func Predicate(tree []byte, table string) (*Condition, error) {
	root, err := decode(tree)
	if err != nil {
		return nil, err
	}
	statements := root.list("statements")
	if len(statements) != 1 {
		return nil, notOne()
	}
	only, _ := statements[0].(map[string]any)
	node := object(only).obj("node")
	from, items := node.obj("from_table"), node.list("select_list")
	plain := node.str("type") == "SELECT_NODE" && from.str("type") == "BASE_TABLE" && from.str("schema_name") == "" && from.str("table_name") == table &&
		len(items) == 1 && len(node.list("modifiers"))+len(node.list("group_expressions"))+len(node.obj("cte_map").list("map")) == 0
	for _, clause := range []string{"where_clause", "having", "qualify", "sample"} {
		plain = plain && node[clause] == nil
	}
	if !plain {
		return nil, notOne()
	}
	names := map[string]bool{}
	if err := expressionColumns(items[0], names); err != nil {
		return nil, err
	}
	only, _ = items[0].(map[string]any)
	c := &Condition{Columns: slices.Sorted(maps.Keys(names))}
	c.Sought, c.Whole = soughtBy(only)
	return c, nil
}

func notOne() error {
	return refuse(-1, "a condition is one expression over the table's columns, as after WHERE")
}

// expressionColumns collects the parts of every column's name.
func expressionColumns(v any, names map[string]bool) error {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := expressionColumns(item, names); err != nil {
				return err
			}
		}
	case map[string]any:
		o := object(v)
		switch o.str("class") {
		case "CONSTANT":
			return nil
		case "SUBQUERY", "WINDOW", "PARAMETER", "STAR":
			return refuse(-1, "a condition holds no subquery, window, parameter or *: %s", strings.ToLower(o.str("class")))
		case "COLUMN_REF":
			for _, part := range o.list("column_names") {
				name, _ := part.(string)
				names[name] = true
			}
			return nil
		}
		for _, item := range v {
			if err := expressionColumns(item, names); err != nil {
				return err
			}
		}
	}
	return nil
}
