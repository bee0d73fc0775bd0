// Package wordpiece turns text into the ids that BERT's uncased models read: it is
// the WordPiece tokenizer of Devlin and others, "BERT: Pre-training of Deep
// Bidirectional Transformers" (2018), as all-MiniLM-L6-v2 was trained with it. It
// knows a vocabulary and text, nothing of the model.
//
// The ids are those of the reference, Hugging Face's library tokenizers with the
// model's tokenizer.json. In this order:
//
//   - Control, format and private characters and U+FFFD go, tab and line ends are
//     spaces; so bytes that are no UTF-8 go too.
//   - Ideographs of the blocks of CJK are words of their own. Kana and Hangul are not.
//   - Characters are decomposed (NFD), marks without width go, and each character is
//     put into lower case alone.
//   - White space parts words; each punctuation character, and each sign of ASCII, is
//     a word.
//   - A word is the longest piece of the vocabulary that it begins with, then the
//     longest "##" piece of what is left, and so on. Where that fails, and for a word
//     of more than 100 characters, it is [UNK].
//
// Two things differ:
//
//   - "[SEP]" and its like in a text are text. The reference takes them for the
//     special tokens unless its encode_special_tokens is set, and then agrees: who
//     writes a text does not write its structure.
//   - The categories of characters are those of Go's tables, where the reference's
//     are of Unicode 8. Some 600 characters of later versions, none of them in the
//     vocabulary, part or leave words that are [UNK] there.
//
// # Work
//
// A text costs time linear in its length and no memory but that of its ids, whatever
// it holds. Reading stops at the first character for which no id has room: what is
// read further is the rest of a word, white space and what goes anyway.
//
// # Why our own
//
// sugarme/tokenizer reads the same files in Go, but builds strings and offsets for
// each step; the other packages of Go bind the reference's Rust through cgo, or are
// internal to a program. The few hundred lines here are what one model needs.
package wordpiece
