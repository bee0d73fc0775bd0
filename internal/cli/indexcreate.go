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

// creation is what the flags of index create say.
type creation struct {
	want                 vector.NewIndex
	metric, quantization string
	transient, wordless  bool
}

func newIndexCreate(g *Globals) *cobra.Command {
	var c creation
	cmd := &cobra.Command{
		Use:   "create NAME --model MODEL | --dimension N",
		Short: "Make an index of vectors",
		Example: "  lakehouse index create resumes-1 --model minilm\n" +
			"  lakehouse index create jobs --dimension 768 --metric dot --text-field title --text-field description",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			want, err := c.index(cmd, args[0])
			if err != nil {
				return err
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			made, created, err := client.Create(cmd.Context(), want)
			if err != nil {
				return takenWords(want.Name, err)
			}
			if made.Model != "" && !made.TakesTexts() {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: %s takes vectors alone, and never texts, for embedd had no model %s when it was made; without --dimension only a model of embedd is taken\n", made.Name, printable(made.Model, ""))
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
	c.flags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("model", g.completeModel)
	return cmd
}

// index gives the index that is asked for.
func (c *creation) index(cmd *cobra.Command, name string) (vector.NewIndex, error) {
	want := c.want
	want.Name, want.Metric, want.Quantization = name, vector.Metric(c.metric), vector.Quantization(c.quantization)
	switch {
	case !cmd.Flags().Changed("dimension") && want.Model == "":
		return want, usageError{errors.New("say by --model what makes vectors of its texts, or by --dimension how many numbers the vectors have that you make")}
	case c.wordless && want.TextFields != nil:
		return want, usageError{errors.New("--text-field and --no-text-fields do not go together; give one of them")}
	case c.wordless:
		want.TextFields = []string{}
	}
	if c.transient {
		no := false
		want.Persist = &no
	}
	return want, nil
}

func (c *creation) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&c.want.Dimension, "dimension", 0, "`N`umbers that a vector has (default as many as those of the model)")
	flags.StringVar(&c.metric, "metric", "", "cosine (default), dot or l2: what is near")
	flags.StringVar(&c.want.Model, "model", "", "`NAME` of the model that makes vectors of texts, one of embedd; or, with --dimension, of one of yours")
	flags.StringVar(&c.quantization, "quantization", "", "int8 (default) or none: whether vectors are compared by codes of a byte a number on the way, or by all they have")
	flags.IntVar(&c.want.M, "m", 0, "links of an item in the graph (default 16)")
	flags.IntVar(&c.want.EfConstruction, "ef-construction", 0, "candidates that are looked at when an item is linked (default 200)")
	flags.IntVar(&c.want.MaxItems, "max-items", 0, "items that it has room for (default 1048576)")
	flags.StringArrayVar(&c.want.TextFields, "text-field", nil, "`FIELD` of the metadata that is searched by words; may be given again (default text)")
	flags.BoolVar(&c.wordless, "no-text-fields", false, "search nothing by words: text is compared like other values")
	flags.BoolVar(&c.transient, "no-persist", false, "keep it in memory alone: it is gone when vectord ends")
	flags.BoolVar(&c.want.IfNotExists, "if-not-exists", false, "take one that is there, if it has these parameters")
	_ = cmd.RegisterFlagCompletionFunc("metric", cobra.FixedCompletions([]string{"cosine", "dot", "l2"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("quantization", cobra.FixedCompletions([]string{"int8", "none"}, cobra.ShellCompDirectiveNoFileComp))
}

// takenWords adds to an error of a creation what has the name: an index, with what it
// was made as, or an alias.
func takenWords(name string, err error) error {
	return reword(err, func(p *wire.Problem) string {
		if !p.Is(vector.ErrIndexExists) {
			return p.Detail
		}
		if p.Fields["index"] != name {
			return fmt.Sprintf("%s (here: lakehouse index alias drop %s)", p.Detail, name)
		}
		var shape vector.Shape
		raw, err := json.Marshal(p.Fields["shape"])
		if err != nil || json.Unmarshal(raw, &shape) != nil || shape.Dimension == 0 { // its name is damaged
			return fmt.Sprintf("%s (here: lakehouse index drop %s)", p.Detail, name)
		}
		return fmt.Sprintf("%s (here: lakehouse index drop %s, or --if-not-exists and what it was made with: %s)", p.Detail, name, shapeWords(shape))
	})
}

// modelWords names the model of an index, and says where it is one that embedd did not have.
func modelWords(s vector.Shape) string {
	if s.Model == "" || s.TakesTexts() {
		return printable(s.Model, "")
	}
	return printable(s.Model, "") + " (takes no texts)"
}

// shapeWords says what an index was made as.
func shapeWords(s vector.Shape) string {
	words := fmt.Sprintf("%d dimensions, %s, %s", s.Dimension, s.Metric, map[bool]string{true: "int8", false: "not quantized"}[s.Quantization == vector.Int8])
	words += fmt.Sprintf(", m %d, ef_construction %d, room for %d items", s.M, s.EfConstruction, s.MaxItems)
	if s.Model != "" {
		words += ", model " + modelWords(s)
	}
	if s.ModelRevision != "" {
		words += fmt.Sprintf(" (%.15s)", printable(s.ModelRevision, ""))
	}
	if len(s.TextFields) > 0 {
		words += ", words of " + printable(strings.Join(s.TextFields, ", "), "")
	}
	if s.Persist != nil && !*s.Persist {
		words += ", in memory alone"
	}
	return words
}
