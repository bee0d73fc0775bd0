// Retrieval measures how well texts find each other: by vectors of the embedded model, by
// words, and by both, beside the same model in float32. It prints one Markdown table.
//
// The texts are what Debian says of its packages. In one task the description of a package
// is the question, and its summary is to be found among 20,000; in another the summary
// asks among 3,000 descriptions, and in the last the rarest word of the description does, as
// who knows a name would. Nothing else tells what belongs together, so what is found
// in its place may be as good an answer: figures compare ways to search, and say little by
// themselves. Searches are those of an index as vectord makes it by default. Run it by
// scripts/bench/retrieval/run.sh, which brings the texts and the reference.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// limit ends a run that hangs; one takes a few minutes.
const limit = time.Hour

func main() {
	folder := flag.String("reference", "", "`folder` of the texts and of their vectors in float32")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, limit)
	err := run(ctx, *folder)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string) error {
	machine := measure.Machine(folder)
	kernels := simd.Best()
	model, err := minilm.Load(kernels)
	if err != nil {
		return err
	}
	var short, long, word texts
	for name, t := range map[string]*texts{"summaries": &short, "descriptions": &long, "words": &word} {
		if *t, err = read(folder, name); err != nil {
			return err
		}
		if t.ours, err = embed(ctx, model, t.list); err != nil {
			return err
		}
	}
	var results []result
	for _, t := range []task{
		{"description to summary", short, long.first(asked)},
		{"summary to description", long, short.first(asked)},
		{"rarest word to description", long, word.first(asked)},
	} {
		r, err := t.measure(ctx, kernels)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	fmt.Println(machine)
	fmt.Println(wanted)
	fmt.Println()
	fmt.Print(table(results))
	return nil
}
