// Package lexical finds texts by their words: BM25 over one text per slot, in
// memory. It knows slots (the numbers that an index gives its items and reuses)
// and text, nothing of fields, files or HTTP. What is to survive the process is
// the caller's to keep: texts, to Set again, or what a View writes, to Load.
//
// # Scores
//
// BM25 as Lucene counts it since version 8, with the exact length of a text:
//
//	score = sum over the query's words of idf * tf / (tf + K1*(1 - B + B*length/mean))
//	idf   = ln(1 + (N - df + 0.5) / (df + 0.5))
//
// tf is how often the word is in the text, length how many words the text has,
// mean the mean length, N the number of texts that have a word at all, df in how
// many of them this one is. A word that the query repeats counts as often. The
// model is that of Robertson and Zaragoza, "The Probabilistic Relevance
// Framework: BM25 and Beyond" (2009); against their formula the constant factor
// K1+1 is left out, which changes no order. Equal scores are ordered by slot. A
// search gives what scoring every text would give, also where it skips most.
//
// # Words
//
// The same rules read texts and queries. A word is one of Unicode's annex 29,
// after normalization form KC and full case folding, and parted at what stands
// between letters: node.js is node and js, O'Brien is o and brien, so that each
// half finds it; 3.5 stays whole, and so do C++, C# and the like. Accents of
// Latin and Greek letters are folded away (Łódź is lodz), since who searches in
// two languages types them seldom; other scripts keep their marks. Scripts that
// write no spaces give every character and every pair of neighbours. Emoji are
// words, without skin tone. Nothing is stemmed and no word is left out. A word is
// cut at 128 bytes, and bytes that are no UTF-8 part words.
//
// # Concurrency
//
// Every method may be called at any time. A search sees the index as it was at
// one moment: blocks of postings are never changed once they can be seen, a
// write builds those it replaces beside them and exchanges them at the end. A
// search waits for that exchange alone, and a write never waits for a search.
// Writes wait for each other.
package lexical
