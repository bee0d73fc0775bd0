package doctor

import (
	"context"
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// mostNamed bounds the indexes that a finding names.
const mostNamed = 10

// nearlyFull is the part of the memory of indexes from which on it is told.
const nearlyFull = 0.9

// indexes asks a running fleet how its indexes of vectors are.
func indexes(ctx context.Context, f Fleet) []Check {
	if f.Gateway.Base == "" {
		return skip("indexes", "%s", unread)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	client := vector.Client{Client: f.api()}
	var all findings
	for x, err := range client.EachIndex(ctx, vector.MaxPage) {
		if wire.Unsent(err) {
			return skip("indexes", "no fleet answers at %s", f.Gateway.Base)
		}
		if err != nil {
			return skip("indexes", "what indexes there are is not told: %s", oneLine(wire.AsProblem(err).Detail))
		}
		all.add(x)
	}
	taken := fmt.Sprintf("the indexes, %d, take %.1f MiB of memory, of %.1f MiB that they may", all.count, mib(all.used), mib(all.limit))
	switch {
	case all.failed != nil:
		return trouble("indexes", Fail, all.fix(), "%s", some(append(all.failed, all.troubled...)))
	case all.troubled != nil:
		return trouble("indexes", Warn, "look at vectord's log and whether storage takes writes; a generation is tried again by itself, and until then a start reads the log", "%s", some(all.troubled))
	case all.count == 0:
		return ok("indexes", "there is no index")
	case all.limit > 0 && float64(all.used) >= nearlyFull*float64(all.limit):
		return trouble("indexes", Warn, "raise [vectord] memory_bytes and restart vectord, delete items, or drop an index; what is over the limit is answered with index_memory", "%s", taken)
	}
	return ok("indexes", "%s; none is damaged", taken)
}

// findings are what was found of all indexes.
type findings struct {
	failed, troubled []string
	broken, damaged  string // an index that does not serve or takes no changes, and one that has lost something; "": none
	count            int
	used, limit      int64 // bytes of memory
}

func (f *findings) add(x vector.Index) {
	f.count++
	if d := durableOf(x); f.broken == "" && (x.State == vector.Failed || d != nil && d.Refusal != "") {
		f.broken = x.Name
	} else if f.damaged == "" && d != nil && len(d.Damage) > 0 {
		f.damaged = x.Name
	}
	words, failed := ailing(x)
	if failed {
		f.failed = append(f.failed, words...)
	} else {
		f.troubled = append(f.troubled, words...)
	}
	if x.Stats != nil {
		m := x.Stats.Memory
		f.used, f.limit = f.used+m.Taken(), m.Limit
	}
}

// fix says what to do about what failed.
func (f *findings) fix() string {
	var steps []string
	if name := f.broken; name != "" {
		steps = append(steps, fmt.Sprintf("lakehouse index stats %s says what is wrong; see that storage is whole and no other vectord writes to it, and restart vectord, or bring the index back, where lakehouse index snapshot list %s shows one: lakehouse index restore %s --snapshot SNAPSHOT", name, name, name))
	}
	if name := f.damaged; name != "" {
		steps = append(steps, fmt.Sprintf("lakehouse index stats %s says what was lost; if anything was, load it anew, or find it in a snapshot (lakehouse index restore %s --snapshot SNAPSHOT --as OTHER); once that is done, or given up, lakehouse index stats %s --acknowledge-damage ends this finding", name, name, name))
	}
	return strings.Join(steps, "; ")
}

// durableOf gives what is in storage of an index, nil where that is not told.
func durableOf(x vector.Index) *vector.Durable {
	if x.Stats == nil {
		return nil
	}
	return x.Stats.Durable
}

// ailing says what is wrong with an index; failed tells that it does not serve, takes no
// changes, or has lost something.
func ailing(x vector.Index) (words []string, failed bool) {
	if x.State == vector.Failed {
		return []string{fmt.Sprintf("%s could not be loaded: %s", x.Name, oneLine(x.Reason))}, true
	}
	d := durableOf(x)
	if d == nil {
		return nil, false
	}
	if d.Refusal != "" {
		words, failed = append(words, fmt.Sprintf("%s takes no changes: %s", x.Name, oneLine(d.Refusal))), true
	}
	if n := len(d.Damage); n > 0 {
		words, failed = append(words, fmt.Sprintf("%s has met %s, which nobody has acknowledged", x.Name, damagedObjects(n))), true
	}
	switch {
	case d.GenerationError != "":
		words = append(words, fmt.Sprintf("of %s no generation could be written: %s", x.Name, oneLine(d.GenerationError)))
	case len(d.Generations) == 0:
		words = append(words, x.Name+" has no generation")
	}
	return words, failed
}

// some names the first of many.
func some(list []string) string {
	if more := len(list) - mostNamed; more > 0 {
		list = append(list[:mostNamed:mostNamed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, "; ")
}

func damagedObjects(n int) string {
	if n == 1 {
		return "a damaged or missing object"
	}
	return fmt.Sprintf("%d damaged or missing objects", n)
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
