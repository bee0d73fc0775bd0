// Package simd computes scalar products and distances of vectors on the
// processor's vector unit: of float32 vectors, and of int8 by codes of four bits, one
// query against many rows of an array. It also has what a transformer's layers are made
// of, for the model of text that embeddings are computed by: products of small matrices,
// bytes by packed int8 and float32, and what is done to a row between products.
//
// What it promises:
//
//   - Integer kernels are exact. Every level gives the integer that a plain loop
//     gives, for every input, -128 included. So is the quantising of rows.
//   - Float kernels add in an order of their own. For n elements they come as close to
//     the exact sum as (n+3)·2^-24 times the sum of the terms' magnitudes, and n·2^-149
//     where terms vanish. Within a level a row's result is the same bits alone, in a
//     batch at any place, and in a range. A NaN in a term, an infinity times zero, and
//     infinities of both signs give NaN; an infinity otherwise stays one. Where finite
//     terms add up to more than a float32 holds on the way, the order decides whether
//     that is seen.
//   - What is computed of a row between products is as near to its formula as its function
//     says, and the same bits with AVX2 and AVX-512.
//   - Nothing is read beyond the vectors given and nothing is written but the results
//     asked for. Lengths or row numbers that do not fit panic before anything is
//     written: they are a mistake of the caller's, who has checked what came from a
//     file. Row numbers are checked once, so nobody may change them meanwhile.
//   - No kernel allocates, keeps what it is given, or holds state: all of them may run
//     in any number of goroutines.
//
// The level is chosen once, by [Best] or [At], and passed on as [Kernels]. The build
// tag purego leaves the assembly out, as it does in the standard library.
package simd
