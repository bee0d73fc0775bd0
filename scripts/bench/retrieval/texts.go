package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
)

// texts with their vectors, by the reference and by the embedded model.
type texts struct {
	list            []string
	reference, ours [][]float32
}

// first gives the first n of them.
func (t texts) first(n int) texts { return texts{t.list[:n], t.reference[:n], t.ours[:n]} }

// read gives the texts of a name, with the vectors of the reference.
func read(folder, name string) (t texts, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, name+".json"))
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(raw, &t.list); err != nil {
		return t, fmt.Errorf("%s.json: %w", name, err)
	}
	file, err := os.Open(filepath.Join(folder, name+".f32"))
	if err != nil {
		return t, err
	}
	defer file.Close()
	numbers := make([]float32, len(t.list)*minilm.Dimension)
	if err := binary.Read(file, binary.NativeEndian, numbers); err != nil {
		return t, fmt.Errorf("%s.f32: %w", name, err)
	}
	t.reference = rows(numbers)
	return t, nil
}

// batch is how many texts are embedded at once.
const batch = 1000

// embed gives the vectors of texts by the embedded model.
func embed(ctx context.Context, model *minilm.Model, list []string) ([][]float32, error) {
	var vectors [][]float32
	for part := range slices.Chunk(list, batch) {
		made, err := model.Embed(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, e := range made {
			vectors = append(vectors, e.Vector)
		}
		say("%d of %d texts are embedded", len(vectors), len(list))
	}
	return vectors, nil
}

// rows gives vectors that lie end to end.
func rows(numbers []float32) [][]float32 {
	return slices.Collect(slices.Chunk(numbers, minilm.Dimension))
}

// say tells on standard error how far the run is.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
