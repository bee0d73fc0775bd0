package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// aboutReal is what the table says of real vectors.
const aboutReal = "Vectors: descriptions of Debian's packages (the first 64 tokens), embedded by all-MiniLM-L6-v2; queries: summaries of other packages."

// realDim is how many numbers a real vector has.
const realDim = 384

// given lays out the vectors of an index, and queries, as files: made ones, or real ones
// if they were asked for, as many as there are.
func (b *bench) given() (base, queries string, err error) {
	if b.real == "" {
		b.maker = newMaker(usual, b.dim, b.n)
		if base, err = b.make("base.f32", 0, b.n); err != nil {
			return "", "", err
		}
		queries, err = b.make("queries.f32", b.n, b.n+b.queries)
		return base, queries, err
	}
	b.dim = realDim
	if base, b.n, err = b.first("base.f32", b.n); err != nil {
		return "", "", err
	}
	queries, b.queries, err = b.first("queries.f32", b.queries)
	return base, queries, err
}

// first gives the first n real vectors of a file, or all of fewer, as a file of their own.
func (b *bench) first(name string, n int) (path string, there int, err error) {
	list, err := read[float32](filepath.Join(b.real, name))
	if err != nil {
		return "", 0, fmt.Errorf("the real vectors: %w", err)
	}
	there = min(n, len(list)/realDim)
	path, err = write(b, name, list[:there*realDim])
	return path, there, err
}

// make writes vectors of the endless list into a file.
func (b *bench) make(name string, from, to int) (string, error) {
	path := filepath.Join(b.scratch, name)
	return path, b.maker.file(path, from, to)
}

// write puts numbers into a file.
func write[T float32 | int32](b *bench, name string, list []T) (string, error) {
	path := filepath.Join(b.scratch, name)
	return path, os.WriteFile(path, bytesOf(list), 0o600)
}
