package main

import (
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// portableNumbers bounds the size at which the level portable is measured as well: it
// takes ten times as long.
const portableNumbers = 10_000_000

// coderNumbers bounds the size at which coder/hnsw is measured: beyond it, building takes
// it many minutes.
const coderNumbers = 10_000_000

// engines are ours at each level of instructions, the best first, and without codes.
func (b *bench) engines() []library {
	var list []library
	for _, level := range slices.Backward(simd.Levels()) {
		if level != simd.Portable || b.n*b.dim <= portableNumbers {
			list = append(list, engine(level.String(), false))
		}
	}
	return append(list, engine(simd.Best().Level().String(), true))
}

// best is ours as it is used.
func best() library { return engine(simd.Best().Level().String(), false) }

// libraries are all that are compared: ours, and the peers that can be loaded.
func (b *bench) libraries() []library {
	list := b.engines()
	for _, name := range []string{"hnswlib", "faiss", "usearch-f32", "usearch-i8"} {
		if l, ok := b.peer(name); ok {
			list = append(list, l)
		}
	}
	if b.coder != "" && b.n*b.dim <= coderNumbers {
		list = append(list, program("coder", b.coder))
	}
	return list
}

// peer gives a library that can be loaded; of one that cannot, the table says so.
func (b *bench) peer(name string) (library, bool) {
	l := peer(b.peers, name)
	w, err := l.begin()
	if err != nil {
		say("%v", err)
		if !slices.Contains(b.missing, name) {
			b.missing = append(b.missing, name)
		}
		return l, false
	}
	w.Stop()
	return l, true
}

// wantedOf is what the search of the engine at a level is to reach beside hnswlib.
func wantedOf(l library) string {
	switch l.name {
	case engine(simd.AVX512.String(), false).name:
		return "; wanted: 3"
	case engine(simd.AVX2.String(), false).name:
		return "; wanted: 2.2"
	}
	return ""
}
