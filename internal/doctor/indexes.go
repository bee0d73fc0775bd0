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
	gateway := f.Gateway
	gateway.Base = strings.TrimSuffix(gateway.Base, "/") + "/v1"
	client := vector.Client{Client: gateway}
	var failed, troubled []string
	count, memory := 0, vector.MemoryOfAll{}
	for cursor := ""; ; {
		page, err := client.List(ctx, cursor, vector.MaxPage)
		if err != nil {
			return skip("indexes", "what indexes there are is not told: %s", oneLine(wire.AsProblem(err).Detail))
		}
		for _, x := range page.Indexes {
			if bad, is := ailing(x); is {
				failed = append(failed, bad...)
			} else {
				troubled = append(troubled, bad...)
			}
		}
		count, memory = count+len(page.Indexes), page.Memory
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	full := memory.Limit > 0 && float64(memory.Used) >= nearlyFull*float64(memory.Limit)
	taken := fmt.Sprintf("%d indexes take %.1f MiB of memory, of %.1f MiB that they may", count, mib(memory.Used), mib(memory.Limit))
	switch {
	case failed != nil:
		return trouble("indexes", Fail, "lakehouse index stats NAME says what is wrong and what was lost; lakehouse index restore NAME --snapshot SNAPSHOT, or a load anew, brings back what is missing", "%s", some(append(failed, troubled...)))
	case troubled != nil:
		return trouble("indexes", Warn, "look at vectord's log and whether storage takes writes; a generation is tried again by itself, and until then a start reads the log", "%s", some(troubled))
	case full:
		return trouble("indexes", Warn, "raise [vectord] memory_bytes and restart vectord, delete items, or drop an index; what is over the limit is answered with index_memory", "%s", taken)
	}
	return ok("indexes", "%s; none is damaged", taken)
}

// ailing says what is wrong with an index; failed tells that it does not serve, takes no
// changes, or has lost something.
func ailing(x vector.Index) (words []string, failed bool) {
	if x.State == vector.Failed {
		return []string{fmt.Sprintf("%s could not be loaded: %s", x.Name, oneLine(x.Reason))}, true
	}
	if x.Stats == nil || x.Stats.Durable == nil {
		return nil, false
	}
	d := x.Stats.Durable
	if d.Refusal != "" {
		words, failed = append(words, fmt.Sprintf("%s takes no changes: %s", x.Name, oneLine(d.Refusal))), true
	}
	if n := len(d.Damage); n > 0 {
		words, failed = append(words, fmt.Sprintf("%s has %d damaged or missing objects", x.Name, n)), true
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

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
