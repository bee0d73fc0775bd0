package wordpiece_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/wordpiece"
)

// everything is a limit that no text here reaches.
const everything = 1 << 30

func model(tb testing.TB) *wordpiece.Tokenizer {
	tb.Helper()
	vocab, err := os.ReadFile("../minilm/asset/vocab.txt")
	if err != nil {
		tb.Fatal(err)
	}
	t, err := wordpiece.New(string(vocab))
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// golden is a text and what the reference makes of it: scripts/minilm/golden_tokens.py
// writes these files.
type golden struct {
	Text      string  `json:"text"`
	Limit     int     `json:"limit"`
	IDs       []int32 `json:"ids"`
	Truncated bool    `json:"truncated"`
}

func goldens(tb testing.TB) []golden {
	tb.Helper()
	names, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(names) == 0 {
		tb.Fatalf("no golden texts: %v", err)
	}
	var list []golden
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			tb.Fatal(err)
		}
		defer file.Close()
		for lines := json.NewDecoder(bufio.NewReader(file)); lines.More(); {
			var g golden
			if err := lines.Decode(&g); err != nil {
				tb.Fatalf("%s: %v", name, err)
			}
			list = append(list, g)
		}
	}
	return list
}

func TestAsTheReference(t *testing.T) {
	tokenizer := model(t)
	for _, g := range goldens(t) {
		got, truncated := tokenizer.Append(nil, g.Text, g.Limit)
		if !slices.Equal(got, g.IDs) || truncated != g.Truncated {
			t.Errorf("%+.200q, at most %d ids:\n got %v, truncated %v\nwant %v, truncated %v", g.Text, g.Limit, got, truncated, g.IDs, g.Truncated)
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	tokenizer := model(t)
	got, truncated := tokenizer.Append([]int32{7, 8}, "hello world", 3)
	if want := []int32{7, 8, 101, 7592, 102}; !slices.Equal(got, want) || !truncated {
		t.Errorf("got %v, truncated %v, want %v, truncated", got, truncated, want)
	}
	for limit := range 2 {
		if got, truncated := tokenizer.Append([]int32{7}, "", limit); len(got) != 1 || !truncated {
			t.Errorf("a limit of %d gives %v, truncated %v, want nothing appended, truncated", limit, got, truncated)
		}
	}
}

func TestBytesThatAreNoTextGo(t *testing.T) {
	tokenizer := model(t)
	want, _ := tokenizer.Append(nil, "hello world", everything)
	for _, text := range []string{"\xffhello wor\xe4\xb8ld", "hel\xed\xa0\x80lo world\xf0\x9f", "hello\xc0\x80 world"} {
		if got, _ := tokenizer.Append(nil, text, everything); !slices.Equal(got, want) {
			t.Errorf("%q gives %v, want %v as without these bytes", text, got, want)
		}
	}
}

// The order of marks is left alone in a word, which makes no difference as long as words
// with such a mark are [UNK]: so the vocabulary has none.
func TestMarksWithAnOrderAreUnknown(t *testing.T) {
	tokenizer := model(t)
	for _, text := range []string{"a\u302e", "\u1b44", "a\U0001d165", "\U00016ff0"} {
		if got, _ := tokenizer.Append(nil, text, everything); !slices.Equal(got, []int32{101, 100, 102}) {
			t.Errorf("%+q gives %v, want [UNK]", text, got)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	tokenizer, ids := model(t), make([]int32, 0, 256)
	for name, text := range map[string]string{
		"prose":      strings.Repeat("Unbelievably, the lazy DOG jumps. ", 4),
		"scripts":    strings.Repeat("Crème 한국어 東京 e\u0301 ไทย 👍🏽 ", 20),
		"a word":     strings.Repeat("x", 1<<16),
		"many words": strings.Repeat("zqxj ", 1<<14),
		"marks":      "a" + strings.Repeat("\u0301", 1<<15),
		"nothing":    strings.Repeat("\u200b", 1<<15),
	} {
		if n := testing.AllocsPerRun(5, func() { tokenizer.Append(ids, text, 256) }); n != 0 {
			t.Errorf("%s: %v allocations, want none where there is room for the ids", name, n)
		}
	}
}

func TestDamagedVocabularies(t *testing.T) {
	whole := "[UNK]\n[CLS]\n[SEP]\na\n##a\n"
	if _, err := wordpiece.New(whole); err != nil {
		t.Fatal(err)
	}
	for name, vocab := range map[string]string{
		"empty":          "",
		"no [CLS]":       "[UNK]\n[SEP]\na\n",
		"no [SEP]":       "[UNK]\n[CLS]\na\n",
		"no [UNK]":       "[CLS]\n[SEP]\na\n",
		"an empty line":  strings.Replace(whole, "a\n", "\na\n", 1),
		"a token twice":  whole + "a\n",
		"a piece twice":  whole + "##a\n",
		"two line ends":  whole + "\n",
		"other line end": strings.ReplaceAll(whole, "\n", "\r\n"),
	} {
		if _, err := wordpiece.New(vocab); err == nil {
			t.Errorf("%s: the vocabulary is taken", name)
		}
	}
}
