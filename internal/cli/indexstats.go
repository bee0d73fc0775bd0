package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexStats(g *Globals) *cobra.Command {
	var sample int
	var acknowledge bool
	cmd := &cobra.Command{
		Use:   "stats NAME",
		Short: "Show what an index is, what it holds and takes, and what of it is in storage",
		Long: "Show what an index is, what it holds and takes, and what of it is in storage. With --recall N,\n" +
			"N of its own vectors are searched for by the graph and one by one, and the part of the nearest\n" +
			"that the graph found is shown. Damage is shown until it was acknowledged.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			if sample < 1 && cmd.Flags().Changed("recall") {
				return usageError{errors.New("--recall takes how many vectors to search for, from 1")}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			x, err := client.Get(cmd.Context(), args[0], sample)
			if err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				err = printJSON(cmd.OutOrStdout(), x)
			} else {
				showIndex(cmd.OutOrStdout(), x)
			}
			if acknowledge && err == nil {
				if err = with(ofIndexes(args[0]), client.AcknowledgeDamage(cmd.Context(), args[0])); err == nil {
					fmt.Fprintln(cmd.ErrOrStderr(), "The damage is acknowledged, and not told any more.")
				}
			}
			return err
		},
	}
	cmd.Flags().IntVar(&sample, "recall", 0, "search for `N` of its own vectors, at most 1000, and show how many of the nearest the graph finds")
	cmd.Flags().BoolVar(&acknowledge, "acknowledge-damage", false, "after it is shown: what was damaged is not told any more")
	return cmd
}

// facts are lines of a name and what there is to say of it.
type facts struct{ out io.Writer }

func (f facts) say(name, format string, args ...any) {
	fmt.Fprintf(f.out, "%-13s %s\n", name, printable(fmt.Sprintf(format, args...), ""))
}

// showIndex says of an index all that is known of it.
func showIndex(out io.Writer, x vector.Index) {
	f := facts{out}
	if x.ID == "" { // what the name leads to cannot be read
		f.say("index", "%s; what it was made as is not known", x.Name)
	} else {
		f.say("index", "%s, of %s", x.Name, shown(x.CreatedAt))
		f.say("id", "%s", x.ID)
		f.say("made as", "%s", shapeWords(x.Shape))
	}
	if len(x.Aliases) > 0 {
		f.say("aliases", "%s", strings.Join(x.Aliases, ", "))
	}
	f.say("state", "%s", stateWords(x))
	if x.Stats != nil {
		f.stats(x, x.Stats)
	}
}

// stateWords says how an index is, and what keeps it from serving.
func stateWords(x vector.Index) string {
	switch p := x.Progress; {
	case x.Reason != "":
		return x.State + ": " + x.Reason
	case p != nil && p.BytesTotal > 0:
		return fmt.Sprintf("%s: %s of %s are read (%d%%)", x.State, bytesText(p.BytesRead), bytesText(p.BytesTotal), 100*p.BytesRead/p.BytesTotal)
	}
	return x.State
}

func (f facts) stats(x vector.Index, s *vector.Stats) {
	f.say("items", "%d, with %s of metadata", x.Count, counted(s.Fields, "field"))
	if s.Waiting > 0 {
		f.say("waiting", "%d are not in the graph yet, and are searched one by one", s.Waiting)
	}
	if s.Deleted > 0 {
		f.say("deleted", "%d are in the graph still, and are not found", s.Deleted)
	}
	m := s.Memory
	f.say("memory", "%s: %s for vectors and links, %s for ids, %s for metadata, %s for what filters find, %s for the words of %s; all indexes take %s of %s",
		bytesText(m.Taken()), bytesText(m.Vectors), bytesText(m.IDs), bytesText(m.Metadata), bytesText(m.Values), bytesText(m.Lexical), counted(s.Documents, "text"),
		bytesText(m.All), bytesText(m.Limit))
	if s.Durable != nil {
		f.durable(s.Durable)
	}
	if r := s.Recall; r != nil {
		f.say("recall", "%.4f: of the %d nearest to each of %s of its own, the graph found that part", r.Recall, r.K, counted(r.Sample, "vector"))
	}
}

// afterDamage is how much further the numbers of batches begin again behind damage.
const afterDamage = 1 << 32

// durable says what a start would read, and what it could not.
func (f facts) durable(d *vector.Durable) {
	above := ""
	if d.Sequence >= afterDamage {
		above = " (numbers go on far above what is damaged)"
	}
	f.say("log", "%s, %s; the last durable batch is %d%s", counted(d.LogObjects, "object"), bytesText(d.LogBytes), d.Sequence, above)
	if d.Refusal != "" {
		f.say("changes", "are refused: %s", d.Refusal)
	}
	if len(d.Generations) == 0 {
		f.say("generations", "none can be read: a start reads the log alone, and says what is missing")
	}
	for _, one := range d.Generations {
		f.say("generation", "at batch %d, %s, written %s", one.Sequence, bytesText(one.Bytes), shown(one.WrittenAt))
	}
	if d.GenerationError != "" {
		f.say("generation", "the last one could not be written: %s", d.GenerationError)
	}
	if len(d.Damage) == 0 {
		f.say("damage", "none was met")
	}
	for _, damage := range d.Damage {
		f.say("damage", "%s: %s: %s", shown(damage.At), damage.Object, damage.Detail)
	}
}
