package main

import (
	"os"
	"os/exec"
	"time"

	_ "embed"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/lines"
)

//go:embed peer.py
var peerScript string

// request is what a worker is asked, the engine's and the peers' alike. An index is
// built from a file of vectors, whose numbers in the file are its ids.
type request struct {
	Op      string            `json:"op"`   // version, build, put, append, delete, mark, search, each, bytes
	Path    string            `json:"path"` // build, put, append, search, each: vectors; delete: ids
	Dim     int               `json:"dim"`  // build
	Threads int               `json:"threads"`
	Room    int               `json:"room"`  // build: how many the engine's index can hold
	First   int               `json:"first"` // put, append: the first one's id
	Marks   map[string]string `json:"marks"` // mark: a number of each id, by the field that it is of
	Limits  []int             `json:"limits"`
	K       int               `json:"k"`
	Ef      int               `json:"ef"`
	Field   string            `json:"field"` // search: only ids whose number in that field
	Below   int               `json:"below"` // is below that; one of the limits that mark was told
	Batch   int               `json:"batch"` // each: so many are asked at once, on the threads
}

// answer is what a worker says.
type answer struct {
	Version   string  `json:"version,omitempty"`
	Wall      float64 `json:"wall,omitempty"`      // seconds
	Processor float64 `json:"processor,omitempty"` // seconds, of all threads
	IDs       [][]int `json:"ids,omitempty"`       // of each query, the nearest first
	Bytes     int64   `json:"bytes,omitempty"`     // of anonymous memory that is resident

	Each []float64 `json:"each,omitempty"` // seconds of each batch of queries
}

// usage is what some work took.
type usage struct{ wall, processor time.Duration }

func (a answer) usage() usage {
	return usage{time.Duration(a.Wall * float64(time.Second)), time.Duration(a.Processor * float64(time.Second))}
}

// library is one of those that are compared.
type library struct {
	name  string
	ours  bool
	start func() *exec.Cmd
}

// engine is ours at one level, in a process of its own as the peers are.
func engine(level string, float bool) library {
	name, kind := "engine "+level, "int8"
	if float {
		name, kind = name+", float32 only", "float32"
	}
	return library{name: name, ours: true, start: func() *exec.Cmd {
		return exec.Command(os.Args[0], "serve", level, kind)
	}}
}

// peer is a library for Python; packages is the folder that holds it.
func peer(packages, name string) library {
	return library{name: name, start: func() *exec.Cmd {
		cmd := exec.Command("python3", "-c", peerScript, name)
		cmd.Env = append(os.Environ(), "PYTHONPATH="+packages)
		return cmd
	}}
}

// program is a library that has a program of its own.
func program(name, path string) library {
	return library{name: name, start: func() *exec.Cmd { return exec.Command(path) }}
}

// worker is a library with an index in a process of its own.
type worker struct {
	*lines.Program
	of      library
	version string
}

// begin starts a library without an index. Its error is one of a library that is not
// there, or cannot be loaded.
func (l library) begin() (*worker, error) {
	program, err := lines.Start(l.name, l.start())
	if err != nil {
		return nil, err
	}
	w := &worker{program, l, l.name}
	a, err := w.do(request{Op: "version"})
	if err != nil {
		w.Stop()
	}
	if !l.ours {
		w.version = a.Version
	}
	return w, err
}

func (w *worker) do(r request) (a answer, err error) {
	return a, w.Ask(r, &a)
}

// built is a worker with an index, what building it took and what it holds.
type built struct {
	*worker
	took  usage
	bytes int64
}

// build makes an index of a file of vectors.
func (l library) build(r request) (_ *built, err error) {
	w, err := l.begin()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.Stop()
		}
	}()
	before, err := w.do(request{Op: "bytes"})
	if err != nil {
		return nil, err
	}
	r.Op = "build"
	took, err := w.do(r)
	if err != nil {
		return nil, err
	}
	after, err := w.do(request{Op: "bytes"})
	return &built{w, took.usage(), after.Bytes - before.Bytes}, err
}
