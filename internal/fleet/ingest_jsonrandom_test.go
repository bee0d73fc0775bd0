package fleet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// kindOfValue makes random values of one kind; nil is a missing key.
type kindOfValue func(r *rand.Rand) any

// randomKind makes a kind, with others inside of it down to a depth.
func randomKind(r *rand.Rand, depth int) kindOfValue {
	texts := []string{"", "x", "Zoë 名 😀", "two\nlines\r\n", `"quoted", \and\ `, "null", "01", "2026-13-01", "{}", "a,b"}
	numbers := [][]string{
		{"0", "-1", "9223372036854775807", "-9223372036854775808", "42"},
		{"92233720368547758070", "-1", "12345678901234567890123456789012345678"},
		{"0.1", "12.50", "-3", "100.001"},
		{"0.123456789012345678901234567890", "1"},
		{"1e3", "1.5E-10", "-0", "0.25", "3"},
		{"123456789012345678901234567890.123456789012345678901", "0.5"},
	}
	sometimes := func(v any) any {
		switch r.IntN(8) {
		case 0:
			return nil
		case 1:
			return json.RawMessage("null")
		}
		return v
	}
	numbersOfOne := numbers[r.IntN(len(numbers))]
	switch pick := r.IntN(8); {
	case pick == 0:
		return func(r *rand.Rand) any { return sometimes(r.IntN(2) == 0) }
	case pick == 1:
		return func(r *rand.Rand) any { return sometimes(fmt.Sprintf("2026-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))) }
	case pick == 2 || pick == 3:
		return func(r *rand.Rand) any { return sometimes(json.Number(numbersOfOne[r.IntN(len(numbersOfOne))])) }
	case pick == 4 && depth > 0:
		element := randomKind(r, depth-1)
		return func(r *rand.Rand) any {
			list := make([]any, r.IntN(4))
			for i := range list {
				list[i] = element(r)
			}
			return sometimes(list)
		}
	case pick <= 6 && depth > 0:
		fields := make([]kindOfValue, 1+r.IntN(4))
		for i := range fields {
			fields[i] = randomKind(r, depth-1)
		}
		return func(r *rand.Rand) any { return sometimes(randomObject(r, fields)) }
	case pick == 7 && depth > 0: // mixed
		one, other := randomKind(r, depth-1), randomKind(r, depth-1)
		return func(r *rand.Rand) any {
			if r.IntN(2) == 0 {
				return one(r)
			}
			return other(r)
		}
	}
	return func(r *rand.Rand) any { return sometimes(texts[r.IntN(len(texts))]) }
}

func randomObject(r *rand.Rand, fields []kindOfValue) map[string]any {
	object := map[string]any{}
	for i, f := range fields {
		if v := f(r); v != nil {
			object[fmt.Sprintf("k %d", i)] = v
		}
	}
	return object
}

// sameJSON compares what was sent with what SQL gives back. A column of mixed
// values is text: the strings in it as they were, the others as JSON.
func sameJSON(sent, got any) bool {
	switch s := sent.(type) {
	case nil:
		return got == nil
	case bool:
		return got == s || got == fmt.Sprint(s)
	case string:
		return got == s
	case json.Number:
		want, _ := new(big.Rat).SetString(s.String())
		have, ok := new(big.Rat).SetString(fmt.Sprint(got))
		return ok && want.Cmp(have) == 0
	}
	if text, ok := got.(string); ok {
		return sameJSON(sent, decoded(text))
	}
	switch s := sent.(type) {
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(s) {
			return false
		}
		for i := range s {
			if !sameJSON(s[i], g[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for name, v := range s {
			if !sameJSON(v, g[name]) {
				return false
			}
		}
		for name, v := range g {
			if _, there := s[name]; !there && v != nil {
				return false
			}
		}
		return true
	}
	return false
}

// decoded reads JSON with all digits, nil where it is none.
func decoded(text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil
	}
	return v
}

// Whatever JSON comes in, SQL gives it back.
func TestRandomJSONComesBack(t *testing.T) {
	l := startLake(t)
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 44))
		fields := make([]kindOfValue, 6)
		for i := range fields {
			fields[i] = randomKind(r, 3)
		}
		var body bytes.Buffer
		var sent []map[string]any
		for id := range 60 {
			record := randomObject(r, fields)
			record["id"] = id
			line, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			body.Write(append(line, '\n'))
			sent = append(sent, decoded(string(line)).(map[string]any))
		}
		name := fmt.Sprintf("r%d", seed)
		l.mustIngest("name="+name, body.String())
		answer, err := l.query().Run(t.Context(), query.Request{SQL: "SELECT * FROM " + name + " ORDER BY id"})
		if err != nil {
			t.Fatal(err)
		}
		if len(answer.Rows) != len(sent) {
			t.Fatalf("seed %d: %d rows of %d", seed, len(answer.Rows), len(sent))
		}
		for i, row := range answer.Rows {
			for c, cell := range row {
				column := answer.Columns[c]
				if want := sent[i][column.Name]; !sameJSON(want, decoded(string(cell))) {
					t.Fatalf("seed %d, record %d, column %q (%s): sent %v, got %s", seed, i, column.Name, column.Type, want, cell)
				}
			}
		}
	}
}
