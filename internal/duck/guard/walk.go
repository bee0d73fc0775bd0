package guard

import (
	"maps"
	"slices"
	"strings"
)

// The node types that the guard knows. Any other is refused.
var (
	queryNodes = []string{"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"}
	tableRefs  = []string{"SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST", "PIVOT"}
	modifiers  = []string{"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"}
	orders     = []string{"ORDER_DEFAULT", "ASCENDING", "DESCENDING"}
	classes    = []string{
		"CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "OPERATOR", "STAR",
		"SUBQUERY", "WINDOW", "PARAMETER", "COLLATE", "LAMBDA", "POSITIONAL_REFERENCE", "BETWEEN", "LAMBDA_REF",
	}
)

// walker collects the tables of one statement.
type walker struct {
	tables    []Table
	seen      map[string]bool
	functions map[string]bool
	changing  bool
}

// value visits whatever stands under a known node.
func (w *walker) value(v any, in *scope) error {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := w.value(item, in); err != nil {
				return err
			}
		}
	case map[string]any:
		return w.object(v, in)
	}
	return nil
}

// object decides by the two discriminators of the tree, class for expressions
// and type for the rest, what a node is.
func (w *walker) object(o object, in *scope) error {
	w.changing = w.changing || o["sample"] != nil
	if class, ok := o["class"].(string); ok {
		return w.expression(o, class, in)
	}
	kind, ok := o["type"].(string)
	switch {
	case !ok:
		return w.children(o, in) // a plain holder: a statement, a sample, a value
	case slices.Contains(queryNodes, kind):
		return w.node(o, in)
	case kind == "BASE_TABLE":
		return w.baseTable(o, in)
	case kind == "TABLE_FUNCTION":
		return w.tableFunction(o, in)
	case kind == "SHOW_REF":
		return w.showRef(o, in)
	case slices.Contains(tableRefs, kind), slices.Contains(modifiers, kind), slices.Contains(orders, kind),
		strings.HasSuffix(kind, "_TYPE_INFO"): // the parameters of a type in a cast
		return w.children(o, in)
	}
	return refuse(o.position(), "this form of SQL is not supported (%s)", kind)
}

// children visits every value of o, in the order of the keys so that the same
// statement always gives the same answer.
func (w *walker) children(o object, in *scope) error {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if err := w.value(o[key], in); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) expression(o object, class string, in *scope) error {
	if !slices.Contains(classes, class) {
		return refuse(o.position(), "this form of SQL is not supported (%s)", class)
	}
	if class == "CONSTANT" {
		return nil // a value holds no names
	}
	w.changing = w.changing || namesValue(o.list("column_names"))
	if name, ok := o["function_name"].(string); ok {
		w.functions[strings.ToLower(name)] = true
		if err := checkFunction(name, o.position()); err != nil {
			return err
		}
	}
	return w.children(o, in)
}

// node visits a query. Each of its WITH names is seen by the names after it and
// by the query itself, never by itself (a recursive one apart) and never outside.
func (w *walker) node(o object, in *scope) error {
	w.changing = w.changing || o["sample"] != nil
	kind := o.str("type")
	if !slices.Contains(queryNodes, kind) {
		return refuse(-1, "this form of SQL is not supported (%s)", kind)
	}
	for _, entry := range o.obj("cte_map").list("map") {
		cte, _ := entry.(map[string]any)
		name := object(cte).str("key")
		if !plainName(name) || systemName(name) {
			return refuse(-1, "%q cannot be a name in WITH: use letters, digits and underscores", name)
		}
		if err := w.value(cte["value"], in); err != nil {
			return err
		}
		in = &scope{name: strings.ToLower(name), outer: in}
	}
	rest := make(object, len(o))
	maps.Copy(rest, o)
	delete(rest, "cte_map")
	if kind == "RECURSIVE_CTE_NODE" {
		// The first part of a recursion does not see its name, the second does.
		delete(rest, "left")
		if err := w.value(o["left"], in); err != nil {
			return err
		}
		in = &scope{name: strings.ToLower(o.str("cte_name")), recursive: true, outer: in}
	}
	return w.children(rest, in)
}

func (w *walker) baseTable(o object, in *scope) error {
	schema, name, position := o.str("schema_name"), o.str("table_name"), o.position()
	switch {
	case !plainName(name) || schema != "" && !plainName(schema):
		return refuse(position, "%q is no table: files cannot be queried by name, ingest the file and name its dataset", name)
	case o.str("catalog_name") != "":
		return refuse(position, "%s.%s.%s has one part too many: a table is named as namespace.name", o.str("catalog_name"), schema, name)
	case o["at_clause"] != nil:
		return refuse(position, "AT is not supported in SQL: ask for an older version with as_of")
	case in.binds(schema, name):
		return w.value(o["sample"], in)
	}
	key := strings.ToLower(schema + "." + name)
	if !w.seen[key] {
		w.seen[key] = true
		w.tables = append(w.tables, Table{Schema: schema, Name: name, Position: position})
	}
	return w.value(o["sample"], in)
}

func (w *walker) tableFunction(o object, in *scope) error {
	call := o.obj("function")
	if call.str("class") != "FUNCTION" {
		return refuse(o.position(), "this form of SQL is not supported (TABLE_FUNCTION of %s)", call.str("class"))
	}
	if err := checkTableFunction(call.str("schema"), call.str("catalog"), call.str("function_name"), call.position()); err != nil {
		return err
	}
	return w.children(o, in)
}

func (w *walker) showRef(o object, in *scope) error {
	if o["query"] == nil {
		return refuse(o.position(), "SHOW TABLES stands alone, it cannot be part of another statement")
	}
	return w.children(o, in)
}

// scope is a chain of WITH names, the innermost first.
type scope struct {
	name      string
	recursive bool // also reachable as recurring.name
	outer     *scope
}

// binds reports whether the name means a WITH clause here.
func (s *scope) binds(schema, name string) bool {
	schema, name = strings.ToLower(schema), strings.ToLower(name)
	for ; s != nil; s = s.outer {
		if s.name == name && (schema == "" || s.recursive && schema == "recurring") {
			return true
		}
	}
	return false
}
