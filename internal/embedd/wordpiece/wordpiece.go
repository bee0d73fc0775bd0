package wordpiece

import (
	"fmt"
	"strings"
)

// Tokenizer holds a vocabulary. It never changes: any number of goroutines may use it.
type Tokenizer struct {
	first    map[string]int32 // pieces that begin a word
	further  map[string]int32 // pieces that go on in one, without their "##"
	longest  int              // bytes of the longest of both
	cls, sep int32
	unk      int32
}

// New reads a vocabulary as vocab.txt has it: one token a line, whose number from 0 is
// the id. The tokens stay slices of it. An empty line, a token that is there twice, and
// a special token that is not there say that the file is damaged.
func New(vocab string) (*Tokenizer, error) {
	lines := strings.Count(vocab, "\n") + 1
	t := &Tokenizer{first: make(map[string]int32, lines), further: make(map[string]int32, lines/4)}
	id := int32(0)
	for token := range strings.SplitSeq(strings.TrimSuffix(vocab, "\n"), "\n") {
		pieces, piece := t.first, token
		if rest, ok := strings.CutPrefix(token, "##"); ok && rest != "" {
			pieces, piece = t.further, rest
		}
		if _, twice := pieces[piece]; twice || piece == "" {
			return nil, fmt.Errorf("wordpiece: line %d of the vocabulary, %q, is empty or there twice: take the vocabulary that came with the model", id+1, token)
		}
		pieces[piece] = id
		t.longest = max(t.longest, len(piece))
		id++
	}
	for name, special := range map[string]*int32{"[CLS]": &t.cls, "[SEP]": &t.sep, "[UNK]": &t.unk} {
		id, ok := t.first[name]
		if !ok {
			return nil, fmt.Errorf("wordpiece: the vocabulary has no %s: take the vocabulary that came with the model", name)
		}
		*special = id
	}
	return t, nil
}

// Append appends the ids of a text, [CLS] before and [SEP] after them, at most limit in
// all. It tells whether the text has more than these. A limit under 2 has no room even
// for an empty text: nothing is appended, and all is truncated.
func (t *Tokenizer) Append(ids []int32, text string, limit int) (out []int32, truncated bool) {
	if limit < 2 {
		return ids, true
	}
	r := reader{Tokenizer: t, ids: append(ids, t.cls), end: len(ids) + limit - 1}
	r.read(text)
	return append(r.ids, t.sep), r.truncated
}
