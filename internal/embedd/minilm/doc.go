// Package minilm is the model sentence-transformers/all-MiniLM-L6-v2: it turns texts into
// vectors of 384 dimensions and length 1, so that the scalar product of two is their
// cosine. The weights come with the binary, and nothing is brought or written.
//
// What it promises:
//
//   - Vectors are those of the model in float32 but for rounding: the cosine to these is
//     .995 or more for any text of a kind the model is made for, and .999 in the mean.
//     Weights and what they are multiplied by are bytes; docs/decisions/0031 tells why.
//   - A text's vector is the same bits alone and in any company, in any order, and with
//     any number of processors. Levels of package simd but for the portable one agree, too.
//   - Texts are cut after 256 tokens, as sentence-transformers does, and who asks is told.
//   - As many texts are at work as there are processors, whoever asks for how many. Each of
//     these has memory of 2 MB, which is used again; a call takes as much memory as its
//     texts and vectors have. The weights stay where the binary is mapped.
package minilm
