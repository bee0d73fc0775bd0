package duck

import "strings"

// Identifier quotes a name for use in SQL.
func Identifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Literal quotes a text for use in SQL.
func Literal(text string) string {
	return `'` + strings.ReplaceAll(text, `'`, `''`) + `'`
}

func literalList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = Literal(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
