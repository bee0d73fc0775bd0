package lexical

import (
	"fmt"
	"hash/maphash"
	"io"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bounded"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/inorder"
)

// SavedError says why what is read is no index of words that was saved.
type SavedError struct{ Reason string }

func (e *SavedError) Error() string { return "lexical: what was saved " + e.Reason }

func unfit(format string, args ...any) error { return &SavedError{fmt.Sprintf(format, args...)} }

// Load fills an empty index with what [View.Write] saved; slots are those that may have a
// text, in order. Where nothing was saved, or by a release that found other words in a text, it
// gives false, and each text has to be Set: what was saved is then not read to its end. That
// texts have these words is for checksums; what is checked is all that a method relies on.
// Its errors are a [SavedError] and those of reading. Stats tell meanwhile what was read.
func (x *Index) Load(from io.Reader, slots []uint32) (used bool, err error) {
	x.writing.Lock()
	defer x.written()
	head, err := frames.Read(from)
	switch {
	case err == io.EOF:
		return false, nil
	case err != nil:
		return false, tooShort(err)
	case head[0] != rules:
		return false, nil
	}
	l := newLoader(from, slots)
	l.tell = func() {
		x.tell(l.counts, 0, int64(cap(l.lists))*listBytes+int64(len(l.texts)+cap(l.words))*textBytes)
	}
	words, texts := head[1], head[2]
	l.words = make([]string, 0, min(words, 1<<20))
	if err := inorder.Run(l.frames(words, l.nextWords), l.cutWords, l.takeWords); err != nil {
		return false, err
	}
	var terms vocabulary
	var table sync.WaitGroup
	table.Go(func() { terms = named(l.words) })
	err = inorder.Run(l.frames(texts, l.nextTexts), l.cutTexts, l.takeTexts)
	if err == nil {
		l.lists = make([]list, 0, len(l.words))
		err = inorder.Run(l.frames(len(l.words), l.nextLists), l.cutLists, l.takeLists)
	}
	table.Wait()
	switch {
	case err != nil:
		return false, err
	case len(terms.words) != len(l.words):
		return false, unfit("has a word twice")
	case l.ofTexts != l.ofLists:
		return false, unfit("has lists that are not those of its texts")
	}
	x.texts = l.texts
	x.published.Lock()
	defer x.published.Unlock()
	x.terms, x.lists, x.counts = terms, l.lists, l.counts
	return true, nil
}

// named makes a vocabulary of words, in the place that they have.
func named(words []string) vocabulary {
	v := newVocabulary(words)
	for _, word := range words {
		v.add(word, maphash.String(v.seed, word))
	}
	return v
}

// loader reads frames. What a frame holds shares a piece of memory.
type loader struct {
	from    io.Reader
	tell    func()   // how much there is by now
	allowed []uint64 // slots that may have a text
	keys    keys
	counts  counts

	words []string
	texts []string // by slot
	next  int      // the slot behind the last one that was taken
	lists []list

	ofTexts, ofLists sums
}

func newLoader(from io.Reader, slots []uint32) *loader {
	l := &loader{from: from, keys: newKeys()}
	if n := len(slots); n > 0 {
		last := int(slots[n-1])
		l.allowed, l.texts = make([]uint64, last/64+1), make([]string, last+1)
	}
	for _, slot := range slots {
		l.allowed[slot/64] |= 1 << (slot % 64)
	}
	return l
}

// frame is one of words, texts or lists. As it is read it is bytes.
type frame struct {
	count, first  int
	columns, body []byte

	words []string // and what is kept of texts
	slots []uint32
	lists []list
	sums  sums
	total int64 // words of the texts, or postings
	bytes int64
}

// frames gives a function that reads frames until so many things were in them. A frame's
// three numbers say how many it has; the rest reads next.
func (l *loader) frames(left int, next func(f *frame, a, b int) error) func() (frame, error) {
	first := 0
	return func() (f frame, err error) {
		if first == left {
			return f, io.EOF
		}
		head, err := frames.Read(l.from)
		if err != nil {
			return f, tooShort(err)
		}
		f.count, f.first = head[0], first
		if f.count == 0 || f.count > left-first {
			return f, unfit("claims %d things at once", f.count)
		}
		first += f.count
		return f, next(&f, head[1], head[2])
	}
}

func tooShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return unfit("ends too early")
	}
	return err
}

// read reads a frame's columns and what is behind them.
func (l *loader) read(f *frame, columns, body int) (err error) {
	if f.columns, err = bounded.Read(l.from, columns); err == nil {
		f.body, err = bounded.Read(l.from, body)
	}
	return tooShort(err)
}
