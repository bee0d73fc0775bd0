// Command minilm measures the built-in model of text beside onnxruntime: how many texts a
// second of one processor embeds, how near the vectors are to those of float32, what a second
// processor adds, and what memory it takes. run.sh brings what it needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 2 && args[0] == "serve" {
		return serve(context.Background(), args[1])
	}
	flags := flag.NewFlagSet("minilm", flag.ContinueOnError)
	peers := flags.String("peers", "", "the folder of Python packages")
	graphs := flags.String("graphs", "", "the folder of graphs and texts")
	rounds := flags.Int("rounds", 9, "how often each side takes its turn")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := bench{peers: *peers, graphs: *graphs, rounds: *rounds}
	fmt.Println(measure.Machine(filepath.Dir(*graphs)))
	fmt.Println()
	return b.run(os.Stdout)
}
