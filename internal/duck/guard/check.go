package guard

import (
	"maps"
	"slices"
	"strings"
)

// Check reads the syntax tree of one text, as json_serialize_sql gives it, and
// answers what the statement is, or a *Refusal.
func Check(tree []byte) (*Statement, error) {
	root, err := decode(tree)
	if err != nil {
		return nil, err
	}
	if failed, ok := root["error"].(bool); !ok || failed {
		return nil, parserRefusal(root)
	}
	statements := root.list("statements")
	if len(statements) != 1 {
		return nil, refuse(-1, "exactly one statement is allowed, this text holds %d", len(statements))
	}
	only, _ := statements[0].(map[string]any)
	statement, err := classify(only)
	if err != nil {
		return nil, err
	}
	if statement.Kind == ShowTables {
		return statement, nil
	}
	w := walker{seen: map[string]bool{}, functions: map[string]bool{}}
	if err := w.node(object(only).obj("node"), nil); err != nil {
		return nil, err
	}
	statement.Tables = w.tables
	statement.Functions, statement.Changing = slices.Sorted(maps.Keys(w.functions)), w.changing
	return statement, nil
}

// parserRefusal words what DuckDB's parser objected to.
func parserRefusal(root object) *Refusal {
	message := root.str("error_message")
	if root.str("error_type") == "parser" {
		return &Refusal{Invalid: true, Message: message, Position: offset(root["position"])}
	}
	if strings.HasPrefix(message, "Only SELECT") {
		message = "only statements that read are allowed: SELECT, VALUES, FROM, WITH, DESCRIBE, SUMMARIZE, " +
			"SHOW TABLES and EXPLAIN of those; PIVOT needs its values listed with IN"
	}
	return refuse(-1, "%s", message)
}

// classify reads the kind, the parameters and the outermost modifiers.
func classify(statement object) (*Statement, error) {
	node := statement.obj("node")
	s := &Statement{Kind: Select, Tables: []Table{}}
	for _, entry := range statement.list("named_param_map") {
		pair, _ := entry.(map[string]any)
		if offset(object(pair)["key"]) < 1 {
			return nil, refuse(-1, "named parameters are not supported: write ? or $1")
		}
		s.Params++
	}
	for _, m := range node.list("modifiers") {
		modifier, _ := m.(map[string]any)
		switch object(modifier).str("type") {
		case "ORDER_MODIFIER":
			s.Ordered = true
		case "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER":
			s.Ordered = false
			return s, nil
		}
	}
	from := node.obj("from_table")
	if node.str("type") != "SELECT_NODE" || from.str("type") != "SHOW_REF" {
		return s, nil
	}
	switch {
	case from["query"] == nil:
		return s, showTables(s, from)
	case from.str("show_type") == "SUMMARY":
		s.Kind = Summarize
	default:
		s.Kind = Describe
	}
	return s, nil
}

// showTables accepts SHOW TABLES and SHOW ALL TABLES, which DuckDB would answer
// from its own, empty catalog: the caller answers them from its catalog.
func showTables(s *Statement, from object) error {
	name := strings.Trim(from.str("table_name"), `"`)
	if name != "tables" && name != "__show_tables_expanded" || from.str("schema_name") != "" || from.str("catalog_name") != "" {
		return refuse(-1, "only SHOW TABLES and SHOW of one table are supported")
	}
	s.Kind = ShowTables
	return nil
}
