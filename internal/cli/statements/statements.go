// Package statements splits SQL text into statements at their semicolons, as
// DuckDB's lexer sees them: those in quotes, comments and dollar quotes are
// part of a statement.
//
// It promises that no byte is lost or moved: the statements and what is left
// over, put together, are the text. It does not know SQL; a statement that is
// split off may be wrong, and is then the engine's to refuse.
package statements

import "strings"

// Statement is one statement with its semicolon, and with the blanks and comments
// before it.
type Statement struct {
	Text string
	Line int // where its first word is, counted from 1 over the whole text
}

// Splitter takes a text line by line. The zero value is ready.
type Splitter struct {
	pending strings.Builder
	lines   int // seen so far
	first   int // line of the first word of what is pending, 0: none yet
	open    mode
	tag     string // of the open dollar quote, with its dollars
	depth   int    // of open comments
}

// mode is what the text is in the middle of.
type mode int

const (
	plain     mode = iota
	quote          // '...'
	escaped        // E'...', where a backslash escapes
	name           // "..."
	dollar         // $tag$...$tag$
	comment        // /* ... */, which nest
	untilLine      // -- to the end of the line
)

// Feed takes the next line, with its line end if it has one, and gives the
// statements that end in it.
func (s *Splitter) Feed(line string) []Statement {
	s.lines++
	var done []Statement
	from := 0
	for i := 0; i < len(line); {
		end, semicolon := s.step(line, i)
		if semicolon {
			s.pending.WriteString(line[from:end])
			done = append(done, Statement{s.pending.String(), max(s.first, 1)})
			s.pending.Reset()
			s.first, from = 0, end
		}
		i = end
	}
	s.pending.WriteString(line[from:])
	return done
}

// Rest gives what follows the last semicolon. The splitter begins anew with the
// next line.
func (s *Splitter) Rest() Statement {
	rest := Statement{s.pending.String(), max(s.first, 1)}
	*s = Splitter{lines: s.lines}
	return rest
}

// Blank tells that nothing but blanks and comments that have ended follows the last
// semicolon: the next line begins something new.
func (s *Splitter) Blank() bool {
	return s.first == 0 && (s.open == plain || s.open == untilLine)
}

// Open names what the text ends in the middle of, "" for nothing.
func (s *Splitter) Open() string {
	switch s.open {
	case quote, escaped:
		return "a quote (')"
	case name:
		return "a quoted name (\")"
	case dollar:
		return "a dollar quote (" + s.tag + ")"
	case comment:
		return "a comment (/*)"
	}
	return ""
}

// step passes over one token, or a piece of one, from i on.
func (s *Splitter) step(line string, i int) (end int, semicolon bool) {
	switch s.open {
	case plain:
		return s.begin(line, i)
	case quote:
		return s.until(line, i, "'"), false
	case escaped:
		return s.untilEscaped(line, i), false
	case name:
		return s.until(line, i, `"`), false
	case dollar:
		return s.until(line, i, s.tag), false
	case comment:
		return s.inComment(line, i), false
	}
	if at := strings.IndexByte(line[i:], '\n'); at >= 0 {
		s.open = plain
		return i + at + 1, false
	}
	return len(line), false
}

// begin passes over what begins at i outside of quotes and comments.
func (s *Splitter) begin(line string, i int) (end int, semicolon bool) {
	rest := line[i:]
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "--"):
		s.open = untilLine
		return i + 2, false
	case strings.HasPrefix(rest, "/*"):
		s.open, s.depth = comment, 1
		return i + 2, false
	case c == ' ' || c >= '\t' && c <= '\r':
		return i + 1, false
	case c == ';':
		return i + 1, true
	}
	if s.first == 0 {
		s.first = s.lines
	}
	switch c := rest[0]; {
	case c == '\'':
		s.open = quote
	case c == '"':
		s.open = name
	case c == '$':
		if tag := dollarTag(rest); tag != "" {
			s.open, s.tag = dollar, tag
			return i + len(tag), false
		}
	case inWord(c):
		return i + s.word(rest), false
	}
	return i + 1, false
}

// word passes over a name, a keyword or a number. E before a quote is of the
// quote.
func (s *Splitter) word(rest string) int {
	n := 1
	for n < len(rest) && (inWord(rest[n]) || rest[n] == '$') {
		n++
	}
	if n == 1 && (rest[0] == 'e' || rest[0] == 'E') && strings.HasPrefix(rest[1:], "'") {
		s.open = escaped
		return 2
	}
	return n
}

// until passes over the rest of a quote. Its mark written twice is two quotes
// that adjoin, which comes to the same.
func (s *Splitter) until(line string, i int, mark string) int {
	at := strings.Index(line[i:], mark)
	if at < 0 {
		return len(line)
	}
	s.open = plain
	end := i + at + len(mark)
	if mark == "'" && strings.HasPrefix(line[end:], "'") {
		s.open = quote // not E'': the second quote is of the same text
		return end + 1
	}
	return end
}

func (s *Splitter) untilEscaped(line string, i int) int {
	for ; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '\'':
			if strings.HasPrefix(line[i+1:], "'") {
				i++
				continue
			}
			s.open = plain
			return i + 1
		}
	}
	return len(line)
}

func (s *Splitter) inComment(line string, i int) int {
	for ; i < len(line); i++ {
		switch {
		case strings.HasPrefix(line[i:], "/*"):
			s.depth++
			i++
		case strings.HasPrefix(line[i:], "*/"):
			if s.depth--; s.depth == 0 {
				s.open = plain
				return i + 2
			}
			i++
		}
	}
	return len(line)
}

// dollarTag gives the opening of a dollar quote, "" where there is none: $1 is a
// parameter.
func dollarTag(rest string) string {
	for n := 1; n < len(rest); n++ {
		switch c := rest[n]; {
		case c == '$':
			return rest[:n+1]
		case !inWord(c) || n == 1 && c >= '0' && c <= '9':
			return ""
		}
	}
	return ""
}

// inWord tells the bytes of names, keywords and numbers.
func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// Split splits a whole text; rest is what follows its last semicolon.
func Split(text string) (all []Statement, rest *Splitter) {
	rest = &Splitter{}
	for line := range strings.Lines(text) {
		all = append(all, rest.Feed(line)...)
	}
	return all, rest
}
