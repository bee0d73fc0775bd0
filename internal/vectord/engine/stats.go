package engine

// Stats tell what an index holds and takes.
type Stats struct {
	Count    int   // items
	Waiting  int   // of these, not in the graph yet
	Deleted  int   // that the graph still holds
	Fields   int   // of metadata
	Bytes    int64 // of vectors, codes and links
	Saving   int64 // bytes that a save holds beside them
	IDs      int64 // bytes of ids and what they are looked up in, about
	Metadata int64 // bytes of JSON
	Values   int64 // bytes of what filters find items by, about
	Texts    int   // items with a word in a text field
	Words    int   // different ones
	Lexical  int64 // bytes of the index of words
}

// Stats counts.
func (x *Index) Stats() Stats {
	graph, meta := x.graph.Stats(), x.meta.Stats()
	count, leaving := x.names.count()
	s := Stats{Count: count, Waiting: min(graph.Queued, count), Deleted: graph.Tombstones + leaving,
		Fields: meta.Fields, Bytes: graph.Bytes, Saving: graph.Saving, IDs: x.names.bytes.Load(),
		Metadata: meta.Bytes, Values: x.meta.Bytes() - meta.Bytes}
	if x.words != nil {
		words := x.words.Stats()
		s.Texts, s.Words, s.Lexical = words.Documents, words.Terms, words.Bytes
	}
	return s
}
