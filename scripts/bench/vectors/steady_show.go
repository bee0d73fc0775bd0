package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// bareWrites is how many times the bare disk is measured.
const bareWrites = 500

// showAdds shows what came of the adds, and of the searches among them.
func (b *bench) showAdds(f format, s *stream, quiet []asked, base []float32) error {
	bare := make([]time.Duration, bareWrites)
	for i := range bare {
		var err error
		bare[i], err = measure.Timed(func() error {
			return measure.WriteDurably(filepath.Join(b.scratch, "bare"), s.bodies[i%len(s.bodies)])
		})
		if err != nil {
			return err
		}
	}
	what := fmt.Sprintf("durable adds of %d x %d as %s, %d a second sent for %d s", steadyBatch, steadyDim, f.name, steadyRate, b.seconds)
	got := float64(len(s.bodies)*steadyBatch) / s.took.Seconds()
	b.add(measure.Row{What: what + ": added a second", Ours: measure.Of(got, "1/s"), Peer: measure.Of(steadyRate, "1/s"), Who: "what was sent",
		Note: fmt.Sprintf("wanted: 1; the last was sent %s late; processor time of the daemons %.0f%% of one processor", measure.Millis(s.late), 100*s.processor.Seconds()/s.took.Seconds())})
	for _, percent := range []int{50, 99} {
		b.add(measure.Row{What: fmt.Sprintf("%s: an add, percentile %d", what, percent), Ours: measure.Millis(measure.Percentile(s.adds, percent)), Peer: measure.Millis(measure.Percentile(bare, percent)),
			Who: "the same bytes written to a file, fsynced and renamed, nothing else going on", Lower: true})
	}
	for _, percent := range []int{50, 99} {
		b.add(measure.Row{What: fmt.Sprintf("a search meanwhile at ef %d, percentile %d", steadyEf, percent), Ours: measure.Millis(measure.Percentile(times(s.asked), percent)),
			Peer: measure.Millis(measure.Percentile(times(quiet), percent)), Who: "the same when all is linked and nothing comes in", Lower: true})
	}
	b.add(measure.Row{What: fmt.Sprintf("recall@10 of these searches at ef %d", steadyEf), Ours: measure.Of(100*recallOf(s.asked, base, steadyDim), "%"),
		Peer: measure.Of(100*recallOf(quiet, base, steadyDim), "%"), Who: "the same when all is linked and nothing comes in",
		Note: fmt.Sprintf("%d searches; what was answered before a search was sent counts", len(s.asked))})
	return nil
}

// showDrain shows how soon what waited was linked, beside the engine in process, which
// links as many into a graph of as many.
func (b *bench) showDrain(ctx context.Context, f format, path string, n, waiting int, drained time.Duration) error {
	if waiting == 0 {
		say("nothing waited when the last add was answered, so there is no row of that")
		return nil
	}
	list, err := read[float32](path)
	if err != nil {
		return err
	}
	first, err := write(b, "linked.f32", list[:(n-waiting)*steadyDim])
	if err != nil {
		return err
	}
	rest, err := write(b, "waiting.f32", list[(n-waiting)*steadyDim:])
	if err != nil {
		return err
	}
	x, err := b.build(ctx, best(), first, 2, n)
	if err != nil {
		return err
	}
	defer x.Stop()
	a, err := x.do(request{Op: "append", Path: rest, First: n - waiting, Threads: 2})
	if err != nil {
		return err
	}
	b.add(measure.Row{What: fmt.Sprintf("items linked a second after these adds (%s), while %d of %d that waited were", f.name, waiting, n),
		Ours: measure.Of(float64(waiting)/drained.Seconds(), "1/s"), Peer: measure.Of(float64(waiting)/a.Wall, "1/s"), Who: "the engine in process on 2 threads, " + x.version,
		Note: fmt.Sprintf("all were linked after %.1f s, the peer's %.1f s", drained.Seconds(), a.Wall)})
	return nil
}
