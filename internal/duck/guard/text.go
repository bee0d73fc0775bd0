package guard

import "strings"

// Text is a statement made ready for the parser.
type Text struct {
	// Body is the statement without EXPLAIN, without the closing semicolon and
	// what follows it. Only Body is ever checked, and only Body is ever run.
	Body string
	// Offset is where Body begins in the original text, in bytes.
	Offset int
	// Kind is Explain or ExplainAnalyze where that was stripped, else Select.
	Kind Kind
	// Tree tells of FORMAT json among the options of EXPLAIN.
	Tree bool
}

// Prepare strips EXPLAIN, with ANALYZE or with options in parentheses, from the
// front of sql, for DuckDB's parser serialises no EXPLAIN, and the closing semicolon
// from its end. Options that it does not know stay, and are a syntax error there.
func Prepare(sql string) Text {
	end := len(sql)
	for at := 0; at < len(sql); {
		token, next := scan(sql, at)
		if token == ';' && blank(sql[next:]) {
			end = at
			break
		}
		at = next
	}
	text := Text{Body: sql[:end], Kind: Select}
	if rest, ok := keyword(sql[:end], 0, "explain"); ok {
		text.Kind, text.Offset = Explain, rest
		if rest, ok := anyKeyword(sql[:end], rest, "analyze", "analyse"); ok {
			text.Kind, text.Offset = ExplainAnalyze, rest
		} else {
			text.options(sql[:end])
		}
		text.Body = sql[text.Offset:end]
	}
	return text
}

// options reads (ANALYZE, FORMAT json) at the offset: each at most once, in any order.
func (t *Text) options(sql string) {
	at, found := symbol(sql, t.Offset, '(')
	with := *t
	var analyzed, formatted bool
	for found {
		if rest, ok := anyKeyword(sql, at, "analyze", "analyse"); ok && !analyzed {
			at, analyzed, with.Kind = rest, true, ExplainAnalyze
		} else if rest, ok := keyword(sql, at, "format"); ok && !formatted {
			formatted = true
			if at, with.Tree = keyword(sql, rest, "json"); !with.Tree {
				if at, ok = keyword(sql, rest, "text"); !ok {
					return
				}
			}
		} else {
			return
		}
		if rest, ok := symbol(sql, at, ')'); ok {
			with.Offset = rest
			*t = with
			return
		}
		at, found = symbol(sql, at, ',')
	}
}

// symbol reports whether c is the first token at or after at, and where it ends.
func symbol(sql string, at int, c byte) (int, bool) {
	at = skipBlank(sql, at)
	if at < len(sql) && sql[at] == c {
		return at + 1, true
	}
	return 0, false
}

// anyKeyword is keyword for words that mean the same.
func anyKeyword(sql string, at int, words ...string) (int, bool) {
	for _, word := range words {
		if rest, ok := keyword(sql, at, word); ok {
			return rest, true
		}
	}
	return 0, false
}

// keyword reports whether word is the first token at or after at, and where it
// ends.
func keyword(sql string, at int, word string) (int, bool) {
	at = skipBlank(sql, at)
	end := at + len(word)
	if end > len(sql) || !strings.EqualFold(sql[at:end], word) {
		return 0, false
	}
	if end < len(sql) && wordByte(sql[end]) {
		return 0, false
	}
	return end, true
}

// blank reports whether s holds nothing but space, comments and semicolons.
func blank(s string) bool {
	at := 0
	for {
		at = skipBlank(s, at)
		if at == len(s) {
			return true
		}
		if s[at] != ';' {
			return false
		}
		at++
	}
}

// skipBlank returns the offset of the first byte that is neither space nor
// comment.
func skipBlank(s string, at int) int {
	for at < len(s) {
		token, next := scan(s, at)
		if token != ' ' {
			return at
		}
		at = next
	}
	return at
}

// scan reads one token of SQL at offset at: ' ' for space and comments, a quote
// for anything quoted, a for a word, else the byte itself. It returns where the
// next token begins. An unclosed quote or comment ends with the text.
func scan(s string, at int) (token byte, next int) {
	rest := s[at:]
	switch c := rest[0]; {
	case c == ' ' || c >= '\t' && c <= '\r':
		return ' ', at + 1
	case strings.HasPrefix(rest, "--"):
		if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
			return ' ', at + n
		}
		return ' ', len(s)
	case strings.HasPrefix(rest, "/*"):
		return ' ', at + blockComment(rest)
	case c == '\'':
		return '\'', at + quoted(rest, '\'', false)
	case c == '"':
		return '\'', at + quoted(rest, '"', false)
	case (c == 'e' || c == 'E') && len(rest) > 1 && rest[1] == '\'':
		return '\'', at + 1 + quoted(rest[1:], '\'', true)
	case c == '$':
		return '\'', at + dollar(rest)
	case wordByte(c):
		n := 1
		for n < len(rest) && (wordByte(rest[n]) || rest[n] == '$') {
			n++
		}
		return 'a', at + n
	default:
		return c, at + 1
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// blockComment returns the length of the comment that s begins with; comments
// nest.
func blockComment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// quoted returns the length of the quoted text that s begins with. A doubled
// quote stands for itself; so does an escaped one where escapes are on.
func quoted(s string, quote byte, escapes bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// dollar returns the length of the dollar-quoted text, or of the parameter,
// that s begins with.
func dollar(s string) int {
	n := 1
	for n < len(s) && wordByte(s[n]) {
		n++
	}
	parameter := n > 1 && s[1] >= '0' && s[1] <= '9'
	if parameter || n == len(s) || s[n] != '$' {
		return n
	}
	tag := s[:n+1]
	if end := strings.Index(s[n+1:], tag); end >= 0 {
		return n + 1 + end + len(tag)
	}
	return len(s)
}
