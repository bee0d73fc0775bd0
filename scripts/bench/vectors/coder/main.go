// Coder is github.com/coder/hnsw as a peer of the bench of vectors: one request a line on
// standard input, one answer a line on standard output, both JSON. It is a module of its
// own, so that the project does not depend on what it is compared with.
//
// Parameters are the engine's where the library has them: M 16, and 200 candidates while
// the graph is built, which one thread does. Vectors have length 1, so that the inner
// product is the cosine. A search asks for as many results as ef says and keeps the k
// best, which finds more than its own EfSearch alone.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/coder/hnsw"
	"github.com/viterin/vek/vek32"
)

const efConstruction = 200

type request struct {
	Op   string `json:"op"`
	Path string `json:"path"`
	Dim  int    `json:"dim"`
	K    int    `json:"k"`
	Ef   int    `json:"ef"`
}

type answer struct {
	Version   string  `json:"version,omitempty"`
	Wall      float64 `json:"wall,omitempty"`
	Processor float64 `json:"processor,omitempty"`
	IDs       [][]int `json:"ids,omitempty"`
	Bytes     int64   `json:"bytes,omitempty"`
}

type peer struct {
	graph *hnsw.Graph[int]
	dim   int
}

func main() {
	p := &peer{}
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
	for {
		var r request
		if in.Decode(&r) != nil {
			return
		}
		var reply any
		reply, err := p.answer(r)
		if err != nil {
			reply = map[string]string{"error": "coder/hnsw: " + err.Error()}
		}
		if out.Encode(reply) != nil {
			return
		}
	}
}

// answer takes the library's panics for errors.
func (p *peer) answer(r request) (a answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	switch r.Op {
	case "version":
		return answer{Version: "coder/hnsw " + version()}, nil
	case "build":
		return p.build(r)
	case "search":
		return p.search(r)
	case "bytes":
		debug.FreeOSMemory()
		return answer{Bytes: resident()}, nil
	}
	return a, fmt.Errorf("there is no op %q", r.Op)
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "github.com/coder/hnsw" {
			return m.Version
		}
	}
	return "of unknown version"
}

func (p *peer) build(r request) (answer, error) {
	p.dim, p.graph = r.Dim, hnsw.NewGraph[int]()
	p.graph.EfSearch = efConstruction
	p.graph.Distance = func(a, b []float32) float32 { return 1 - vek32.Dot(a, b) }
	vectors, err := p.read(r.Path)
	if err != nil {
		return answer{}, err
	}
	return timed(func() {
		for i, v := range vectors {
			p.graph.Add(hnsw.MakeNode(i, v))
		}
	}), nil
}

func (p *peer) search(r request) (answer, error) {
	queries, err := p.read(r.Path)
	if err != nil {
		return answer{}, err
	}
	p.graph.EfSearch = r.Ef
	var ids [][]int
	a := timed(func() {
		for _, v := range queries {
			ids = append(ids, p.nearest(v, r.K, r.Ef))
		}
	})
	a.IDs = ids
	return a, nil
}

func (p *peer) nearest(v []float32, k, ef int) []int {
	found := p.graph.Search(v, max(k, ef))
	slices.SortFunc(found, func(a, b hnsw.Node[int]) int {
		return cmp.Compare(p.graph.Distance(v, a.Value), p.graph.Distance(v, b.Value))
	})
	ids := make([]int, 0, k)
	for _, n := range found[:min(k, len(found))] {
		ids = append(ids, n.Key)
	}
	return ids
}

// read gives the vectors of a file, which is mapped, and stays so until the process ends.
func (p *peer) read(path string) ([][]float32, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	raw, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/4)
	return slices.Collect(slices.Chunk(all, p.dim)), nil
}

func timed(work func()) answer {
	start, before := time.Now(), processorTime()
	work()
	return answer{Wall: time.Since(start).Seconds(), Processor: (processorTime() - before).Seconds()}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for wrong arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident gives the bytes of anonymous memory.
func resident() int64 {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, _ := strconv.ParseInt(number, 10, 64)
	return kib << 10
}
