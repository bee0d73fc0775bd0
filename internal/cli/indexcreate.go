package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newIndexCreate(g *Globals) *cobra.Command {
	var want vector.NewIndex
	var metric, quantization string
	var transient, wordless bool
	cmd := &cobra.Command{
		Use:   "create NAME --dimension N",
		Short: "Make an index of vectors",
		Example: "  lakehouse index create resumes-1 --dimension 384\n" +
			"  lakehouse index create jobs --dimension 768 --metric dot --text-field title --text-field description",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("dimension") {
				return usageError{errors.New("say by --dimension how many numbers a vector has")}
			}
			want.Name, want.Metric, want.Quantization = args[0], vector.Metric(metric), vector.Quantization(quantization)
			if transient {
				no := false
				want.Persist = &no
			}
			if wordless && want.TextFields != nil {
				return usageError{errors.New("--text-field and --no-text-fields do not go together; give one of them")}
			}
			if wordless {
				want.TextFields = []string{}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			made, created, err := client.Create(cmd.Context(), want)
			if err != nil {
				return takenWords(args[0], err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), made)
			}
			said := "%s: made, %s\n"
			if !created {
				said = "%s: there already, %s\n"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), said, made.Name, shapeWords(made.Shape))
			return err
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&want.Dimension, "dimension", 0, "`N`umbers that a vector has")
	flags.StringVar(&metric, "metric", "", "cosine (default), dot or l2: what is near")
	flags.StringVar(&want.Model, "model", "", "`NAME` of the model that makes vectors of texts")
	flags.StringVar(&quantization, "quantization", "", "int8 (default) or none: whether vectors are compared by codes of a byte a number on the way, or by all they have")
	flags.IntVar(&want.M, "m", 0, "links of an item in the graph (default 16)")
	flags.IntVar(&want.EfConstruction, "ef-construction", 0, "candidates that are looked at when an item is linked (default 200)")
	flags.IntVar(&want.MaxItems, "max-items", 0, "items that it has room for (default 1048576)")
	flags.StringArrayVar(&want.TextFields, "text-field", nil, "`FIELD` of the metadata that is searched by words; may be given again (default text)")
	flags.BoolVar(&wordless, "no-text-fields", false, "search nothing by words: text is compared like other values")
	flags.BoolVar(&transient, "no-persist", false, "keep it in memory alone: it is gone when vectord ends")
	flags.BoolVar(&want.IfNotExists, "if-not-exists", false, "take one that is there, if it has these parameters")
	_ = cmd.RegisterFlagCompletionFunc("metric", cobra.FixedCompletions([]string{"cosine", "dot", "l2"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("quantization", cobra.FixedCompletions([]string{"int8", "none"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// takenWords adds to an error of a creation what has the name: an index, with what it
// was made as, or an alias.
func takenWords(name string, err error) error {
	return reword(err, func(p *wire.Problem) string {
		if !p.Is(vector.ErrIndexExists) {
			return p.Detail
		}
		var shape vector.Shape
		raw, err := json.Marshal(p.Fields["shape"])
		if err != nil || json.Unmarshal(raw, &shape) != nil || shape.Dimension == 0 {
			return fmt.Sprintf("%s (here: lakehouse index alias drop %s)", p.Detail, name)
		}
		return fmt.Sprintf("%s (here: lakehouse index drop %s, or --if-not-exists and what it was made with: %s)", p.Detail, name, shapeWords(shape))
	})
}

// shapeWords says what an index was made as.
func shapeWords(s vector.Shape) string {
	words := fmt.Sprintf("%d dimensions, %s, %s", s.Dimension, s.Metric, map[bool]string{true: "int8", false: "not quantized"}[s.Quantization == vector.Int8])
	words += fmt.Sprintf(", m %d, ef_construction %d, room for %d items", s.M, s.EfConstruction, s.MaxItems)
	if s.Model != "" {
		words += ", model " + printable(s.Model, "")
	}
	if len(s.TextFields) > 0 {
		words += ", words of " + printable(strings.Join(s.TextFields, ", "), "")
	}
	if s.Persist != nil && !*s.Persist {
		words += ", in memory alone"
	}
	return words
}
