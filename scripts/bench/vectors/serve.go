package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	vectors "git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// server answers requests with the engine; its vectors' ids are their numbers in decimal.
type server struct {
	kernels simd.Kernels
	float   bool
	index   *vectors.Index
}

// serveMain is the process that measures the engine, at a level, with codes of "int8"
// or "float32" alone.
func serveMain(level, kind string) int {
	kernels, err := kernelsOf(level)
	if err == nil {
		s := &server{kernels: kernels, float: kind == "float32"}
		err = s.serve(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// kernelsOf gives the kernels of a level by its name: no other is measured under it.
func kernelsOf(level string) (simd.Kernels, error) {
	for _, l := range simd.Levels() {
		if l.String() == level {
			k, _ := simd.At(l) // it is there
			return k, nil
		}
	}
	return simd.Kernels{}, fmt.Errorf("this machine has no level %q; it has %v", level, simd.Levels())
}

func (s *server) serve(in io.Reader, out io.Writer) error {
	answers := json.NewEncoder(out)
	requests := json.NewDecoder(bufio.NewReader(in))
	for {
		var r request
		if err := requests.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		var reply any
		reply, err := s.answer(r)
		if err != nil {
			reply = map[string]string{"error": err.Error()}
		}
		if err := answers.Encode(reply); err != nil {
			return err
		}
	}
}

func (s *server) answer(r request) (answer, error) {
	switch r.Op {
	case "version":
		return answer{Version: s.kernels.Level().String()}, nil
	case "build":
		config := vectors.Config{Dimension: r.Dim, M: 16, EfConstruction: 200, Float: s.float, MaxItems: r.Room}
		index, err := vectors.New(config, s.kernels)
		if err != nil {
			return answer{}, err
		}
		s.index = index
		return s.put(r)
	case "put", "append":
		return s.put(r)
	case "delete":
		return s.delete(r)
	case "mark":
		return answer{}, s.mark(r)
	case "search":
		return s.search(r)
	case "each":
		return s.each(r)
	case "bytes":
		debug.FreeOSMemory()
		bytes, err := resident()
		return answer{Bytes: bytes}, err
	}
	return answer{}, fmt.Errorf("there is no op %q", r.Op)
}

// batch is how many items are put in or deleted at a time.
const batch = 1000

// put puts vectors in and waits until they are in the graph. Where items are replaced,
// that is done after each batch, as a daemon would while others come.
func (s *server) put(r request) (answer, error) {
	list, err := read[float32](r.Path)
	if err != nil {
		return answer{}, err
	}
	items := make([]vectors.Item, 0, batch)
	return timed(func() error {
		at := r.First
		for part := range slices.Chunk(rows(list, s.index.Config().Dimension), batch) {
			items = items[:0]
			for _, v := range part {
				items = append(items, vectors.Item{ID: strconv.Itoa(at), Vector: v})
				at++
			}
			if err := s.apply(items); err != nil {
				return err
			}
			if r.Op == "put" {
				s.index.Settle(context.Background(), r.Threads)
			}
		}
		s.index.Settle(context.Background(), r.Threads)
		return nil
	})
}

func (s *server) apply(items []vectors.Item) error {
	b, err := s.index.Check(items)
	if err == nil {
		_, _, err = s.index.Apply(b)
	}
	return err
}

func (s *server) delete(r request) (answer, error) {
	list, err := read[int32](r.Path)
	if err != nil {
		return answer{}, err
	}
	return timed(func() error {
		for part := range slices.Chunk(list, batch) {
			ids := make([]string, len(part))
			for i, n := range part {
				ids[i] = strconv.Itoa(int(n))
			}
			s.index.Delete(ids)
		}
		s.index.Settle(context.Background(), r.Threads)
		return nil
	})
}

// mark gives each item metadata that says below which limits its numbers are.
func (s *server) mark(r request) error {
	marks := map[string][]int32{}
	for field, path := range r.Marks {
		list, err := read[int32](path)
		if err != nil {
			return err
		}
		marks[field] = list
	}
	for id := range s.index.Stats().Count {
		said := map[string]bool{}
		for field, list := range marks {
			for _, limit := range r.Limits {
				said[markOf(field, limit)] = int(list[id]) < limit
			}
		}
		text, err := json.Marshal(said)
		if err != nil {
			return err
		}
		object, err := metadata.Read(text)
		if err != nil {
			return err
		}
		s.index.SetMetadata(strconv.Itoa(id), object)
	}
	return nil
}

func markOf(field string, limit int) string { return field + "_" + strconv.Itoa(limit) }

// search asks one query after the other.
func (s *server) search(r request) (answer, error) {
	list, err := read[float32](r.Path)
	if err != nil {
		return answer{}, err
	}
	query := vectors.Query{K: r.K, Ef: r.Ef}
	if r.Field != "" {
		filter, err := metadata.ParseFilter([]byte(`{"` + markOf(r.Field, r.Below) + `":true}`))
		if err != nil {
			return answer{}, err
		}
		query.Filter = &filter
	}
	queries := rows(list, s.index.Config().Dimension)
	found := make([][]vectors.Hit, len(queries))
	took, err := timed(func() (err error) {
		for i, v := range queries {
			query.Vector = v
			if found[i], err = s.index.Search(query); err != nil {
				return err
			}
		}
		return nil
	})
	took.IDs = numbers(found)
	return took, err
}

// numbers gives the ids as they were put in: each is a number in decimal.
func numbers(found [][]vectors.Hit) [][]int {
	lists := make([][]int, len(found))
	for i, hits := range found {
		lists[i] = make([]int, len(hits))
		for j, h := range hits {
			lists[i][j], _ = strconv.Atoi(h.ID) // it was written by Itoa
		}
	}
	return lists
}
