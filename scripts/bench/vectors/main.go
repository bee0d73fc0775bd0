// Vectors measures the engine of vector indexes beside hnswlib, faiss and usearch, in
// the same run on the same vectors, and prints one Markdown table. Every row holds a
// peer and a ratio.
//
// Each library has an index in a process of its own, the engine too, and says itself
// what its work took of the clock and of the processors. Searches run on one thread,
// with the smallest ef at which a library finds 95 of the 100 true neighbours; sides
// take turns, and what is shown is the median. With --http it measures the daemon behind
// the gateway instead. Run it by scripts/bench/vectors/run.sh, which brings the peers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// limit ends a run that hangs; one of the default size takes about half an hour.
const limit = 3 * time.Hour

func main() {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		os.Exit(serveMain(os.Args[2], os.Args[3]))
	}
	b := &bench{}
	flag.StringVar(&b.peers, "peers", "", "`folder` of the peers' Python packages; one that is not there is left out")
	flag.IntVar(&b.n, "n", 100_000, "`vectors` of the index")
	flag.IntVar(&b.dim, "dim", 768, "`numbers` of a vector")
	flag.IntVar(&b.queries, "queries", 1000, "`queries` that are asked")
	flag.IntVar(&b.churn, "churn", 10_000, "`vectors` of the index that is deleted from")
	flag.IntVar(&b.runs, "runs", 5, "`repetitions` of the searches")
	flag.IntVar(&b.builds, "builds", 1, "`repetitions` of the builds")
	flag.StringVar(&b.real, "real", "", "`folder` of real vectors, base.f32 and queries.f32, to be taken in place of made ones")
	http := flag.Bool("http", false, "measure only the daemon behind the gateway, beside the engine in process, Weaviate and the bare disk: minutes")
	flag.StringVar(&b.bin, "bin", "bin", "`folder` of the daemons' binaries, for --http")
	flag.StringVar(&b.weaviate, "weaviate", "", "the Weaviate `binary`, for --http; rows that need it are left out without it")
	flag.IntVar(&b.seconds, "seconds", 30, "for how many `seconds` adds come in steadily, for --http")
	flag.StringVar(&b.coder, "coder", "", "the `binary` of coder/hnsw as a peer; it is left out without it")
	quick := flag.Bool("quick", false, "10,000 vectors of 128 numbers, for development: minutes")
	growth := flag.Bool("growth", false, "measure only what ten times the vectors cost, at 128 numbers: minutes")
	flag.Parse()
	if *quick {
		b.n, b.dim, b.churn = 10_000, 128, 5_000
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, limit)
	steps := []func(context.Context) error{b.compare, b.churned}
	switch {
	case *growth:
		b.dim = growthDim
		steps = []func(context.Context) error{b.grow}
	case *http:
		steps = []func(context.Context) error{b.served, b.steady}
	case b.real != "":
		steps = steps[:1] // there are too few for the other
	}
	err := b.run(ctx, steps)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// k is how many neighbours are asked for everywhere.
const k = 10

// bench is one run: what it was asked, where it works, what it found.
type bench struct {
	peers         string
	real          string
	bin           string
	weaviate      string
	coder         string
	n, dim, churn int
	queries       int
	runs, builds  int
	seconds       int
	scratch       string
	maker         *maker
	rows          []measure.Row
	missing       []string
}

func (b *bench) run(ctx context.Context, steps []func(context.Context) error) (err error) {
	b.scratch, err = os.MkdirTemp("", "lakehouse-bench-vectors-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	machine := measure.Machine(b.scratch)
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Println(machine)
	if b.real != "" {
		fmt.Println(aboutReal)
	}
	for _, name := range b.missing {
		fmt.Printf("Left out, since it could not be installed or loaded: %s.\n", name)
	}
	fmt.Println()
	fmt.Print(measure.Table(b.rows))
	return nil
}

// add puts a row into the table.
func (b *bench) add(r measure.Row) { b.rows = append(b.rows, r) }

// say tells on standard error how far the run is.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }

// set is queries with their true neighbours.
type set struct {
	path  string
	list  [][]float32
	truth [][]int
	field string // of metadata, if the answers are filtered
	below int
}

// newSet reads queries from a file and looks for the truth.
func (b *bench) newSet(path, base string, allowed func(id int) bool) (*set, error) {
	all, err := read[float32](base)
	if err != nil {
		return nil, err
	}
	list, err := read[float32](path)
	if err != nil {
		return nil, err
	}
	queries := rows(list, b.dim)
	return &set{path: path, list: queries, truth: truth(all, queries, b.dim, k, allowed)}, nil
}

// found is what passes over a set of queries gave.
type found struct {
	usage
	passes int
	recall float64
	short  int // queries of a pass with fewer answers than there are
}

// ask lets a library search for a whole set.
func (w *worker) ask(s *set, ef int) (found, error) {
	a, err := w.do(request{Op: "search", Path: s.path, K: k, Ef: ef, Field: s.field, Below: s.below})
	if err != nil {
		return found{}, err
	}
	part, short := recall(a.IDs, s.truth)
	return found{a.usage(), 1, part, short}, nil
}

// turn is how much processor time is measured in one, at least: a pass through all queries may
// take a thirtieth of a second, of which a processor that was idle takes a part to wake up.
const turn = 250 * time.Millisecond

// side is a library that searches for a set at an ef. Its first pass does not count: what
// the others, whose turn was before, left in the caches is nobody's own.
func (w *worker) side(ctx context.Context, s *set, ef int) measure.Side[found] {
	return func(int) (sum found, err error) {
		if _, err := w.ask(s, ef); err != nil {
			return found{}, err
		}
		for sum.processor < turn {
			if err := ctx.Err(); err != nil {
				return found{}, err
			}
			one, err := w.ask(s, ef)
			if err != nil {
				return found{}, err
			}
			one.wall, one.processor, one.passes = one.wall+sum.wall, one.processor+sum.processor, one.passes+sum.passes
			sum = one
		}
		return sum, nil
	}
}

// rates gives the median queries a second, of processor time and of the clock.
func rates(list []found, queries int) (processor, wall float64) {
	var byProcessor, byWall []float64
	for _, f := range list {
		byProcessor = append(byProcessor, float64(queries*f.passes)/f.processor.Seconds())
		byWall = append(byWall, float64(queries*f.passes)/f.wall.Seconds())
	}
	return measure.Median(byProcessor), measure.Median(byWall)
}
