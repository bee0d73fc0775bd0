package ingestd

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

// Bounds of one pattern: a longer text is looked for without its surroundings, and more
// texts are several patterns.
const (
	maxPatternText = 1 << 10 // bytes
	maxPattern     = 8 << 10 // bytes
)

// What stands beside a text that is a word of its own: no letter and no digit. In hex it
// is the pair of an ASCII character that is neither; a byte of another character is
// taken for the end of a word.
const (
	noWord    = `[^\pL\pN_]`
	noWordHex = `(?:[0-2][0-9a-f]|3[a-f]|40|5[b-e]|60|7[b-f]|[89a-f][0-9a-f])`
)

// inRecords is the condition on rows of the quarantine q that hold the texts in their
// record, as words of their own, in any case of letters. The reason why it was not taken
// counts fields and lines, so a number there tells nothing.
func inRecords(s *duck.Sought) string {
	var all []string
	if len(s.Texts) > 0 {
		all = append(all, holdsAny(s.Texts))
	}
	for _, one := range s.All {
		all = append(all, inRecords(one))
	}
	if len(s.Any) > 0 {
		some := make([]string, len(s.Any))
		for i, one := range s.Any {
			some[i] = inRecords(one)
		}
		all = append(all, "("+strings.Join(some, " OR ")+")")
	}
	if len(all) == 0 {
		return "false"
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

func holdsAny(texts []string) string {
	var tests []string
	var words, pairs []string
	size := 0
	flush := func() {
		if len(words) > 0 {
			tests = append(tests, matches(words, pairs))
		}
		words, pairs, size = nil, nil, 0
	}
	for _, text := range texts {
		if len(text) > maxPatternText {
			tests = append(tests, holdsLong(text))
			continue
		}
		if size += len(text); size > maxPattern {
			flush()
			size = len(text)
		}
		for _, written := range writings(text) {
			words, pairs = append(words, pattern(written)), append(pairs, hexPattern(written))
		}
	}
	flush()
	return "(" + strings.Join(tests, " OR ") + ")"
}

// writings are a text as it is, and as CSV writes it where it has quotes.
func writings(text string) []string {
	return slices.Compact([]string{text, strings.ReplaceAll(text, `"`, `""`)})
}

func matches(words, pairs []string) string {
	word := duck.Literal("(?i)(?:^|" + noWord + ")(?:" + strings.Join(words, "|") + ")(?:" + noWord + "|$)")
	pair := duck.Literal("^(?:(?:..)*" + noWordHex + ")?(?:" + strings.Join(pairs, "|") + ")(?:" + noWordHex + "|$)")
	return fmt.Sprintf("CASE WHEN q.encoding = 'hex' THEN regexp_matches(q.raw, %s) ELSE regexp_matches(q.raw, %s) END", pair, word)
}

// pattern matches a text. SQL's text cannot hold a NUL.
func pattern(text string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(text), "\x00", `\x00`)
}

// hexPattern matches a text's bytes in hex, in any case of ASCII letters.
func hexPattern(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if lower := c | 0x20; lower >= 'a' && lower <= 'z' {
			fmt.Fprintf(&b, "(?:%02x|%02x)", lower, lower&^0x20)
			continue
		}
		fmt.Fprintf(&b, "%02x", c)
	}
	return b.String()
}

func holdsLong(text string) string {
	tests := []string{}
	for _, written := range writings(text) {
		tests = append(tests, fmt.Sprintf("CASE WHEN q.encoding = 'hex' THEN contains(q.raw, %s) ELSE contains(lower(q.raw), lower(%s)) END",
			duck.Literal(hex.EncodeToString([]byte(written))), duck.Literal(written)))
	}
	return strings.Join(tests, " OR ")
}
