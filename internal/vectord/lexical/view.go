package lexical

import "slices"

// View is what an index held at one moment, while the index goes on to change. It needs no
// end: the memory that it holds on to is given back with it.
type View struct {
	words []string // by term
	lists []list   // by term
	texts []string // by slot
}

// View takes one. Writes wait meanwhile, for as long as it takes to copy some bytes for each
// word and each text; searches do not.
func (x *Index) View() *View {
	x.writing.Lock()
	defer x.writing.Unlock()
	return &View{words: x.terms.words, lists: slices.Clone(x.lists), texts: slices.Clone(x.texts)}
}
