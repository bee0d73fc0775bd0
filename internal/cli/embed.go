package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

func newEmbed(g *Globals) *cobra.Command {
	var asked embedding.Request
	var as, format string
	cmd := &cobra.Command{
		Use:   "embed [TEXT]...",
		Short: "Make vectors of texts; without any of the lines of standard input",
		Long: "Make vectors of texts. Without a TEXT each line of standard input is one, but for empty lines. A\n" +
			"text that is longer than the model reads is cut, and said to be. An index that names a model makes\n" +
			"vectors of its texts by itself: lakehouse index create NAME --model MODEL.",
		Example: "  lakehouse embed 'forklift operator, night shift'\n" +
			"  lakehouse embed --input-type query --format json < questions.txt",
		RunE: func(cmd *cobra.Command, args []string) error {
			if g.JSON {
				format = embedJSON
			}
			if format != formatTable && format != embedJSON {
				return usageError{fmt.Errorf("there is no format %q; there are table and json", format)}
			}
			texts, err := textsOf(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			gateway, err := g.client()
			if err != nil {
				return err
			}
			asked.InputType = embedding.InputType(as)
			answer, err := embedAll(cmd.Context(), embedding.Client{Client: gateway}, asked, texts)
			if err != nil {
				return err
			}
			if format == embedJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(answer)
			}
			return showVectors(cmd, texts, answer)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&asked.Model, "model", "", "`NAME` of the model (default the one that embedd is configured with)")
	flags.StringVar(&as, "input-type", "", "document (default: what is found) or query (what is searched with), to models that tell them apart")
	flags.StringVar(&format, "format", formatTable, "table (the first numbers of each vector) or json (all of them, on one line)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{formatTable, embedJSON}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("input-type", cobra.FixedCompletions([]string{string(embedding.Document), string(embedding.Query)}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("model", g.completeModel)
	return cmd
}

// textsOf gives the texts of the arguments, or else those of the lines of standard input.
func textsOf(in io.Reader, args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	if file, is := in.(*os.File); is && term.IsTerminal(int(file.Fd())) {
		return nil, usageError{errors.New("there is no text; write: lakehouse embed 'TEXT', or give lines on standard input")}
	}
	var texts []string
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if line := lines.Text(); strings.TrimSpace(line) != "" {
			texts = append(texts, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("standard input, behind line %d: %w", len(texts), err)
	}
	if texts == nil {
		return nil, usageError{errors.New("standard input holds no text; write it there, or as an argument: lakehouse embed 'TEXT'")}
	}
	return texts, nil
}

const embedJSON = "json"

// embedTexts is how many texts go in one request.
const embedTexts = 256

// embedAll gives the vectors of any number of texts.
func embedAll(ctx context.Context, client embedding.Client, asked embedding.Request, texts []string) (all embedding.Answer, err error) {
	for some := range slices.Chunk(texts, embedTexts) {
		asked.Texts = some
		answer, err := client.Embed(ctx, asked)
		if err != nil {
			return all, err
		}
		all.Model, all.Dimension = answer.Model, answer.Dimension
		all.Vectors, all.Truncated = append(all.Vectors, answer.Vectors...), append(all.Truncated, answer.Truncated...)
	}
	return all, nil
}

// shownNumbers is how many numbers of a vector a table shows.
const shownNumbers = 4

// showVectors draws where vectors begin.
func showVectors(cmd *cobra.Command, texts []string, answer embedding.Answer) error {
	var rows [][]string
	for i, v := range answer.Vectors {
		cut := ""
		if i < len(answer.Truncated) && answer.Truncated[i] {
			cut = "yes"
		}
		rows = append(rows, []string{texts[i], firstNumbers(v), cut})
	}
	WriteTable(cmd.OutOrStdout(), []string{"text", "vector", "truncated"}, rows, []bool{false, false, false})
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s by %s, of %d dimensions\n", counted(len(answer.Vectors), "vector"), printable(answer.Model, ""), answer.Dimension)
	return err
}

func firstNumbers(v floats.Vector) string {
	var words []string
	for _, f := range v[:min(len(v), shownNumbers)] {
		words = append(words, fmt.Sprintf("%7.4f", f))
	}
	if len(v) > shownNumbers {
		words = append(words, "…")
	}
	return strings.Join(words, " ")
}

// completeModel completes the name of a model of embedd.
func (g *Globals) completeModel(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	gateway, err := g.client()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	client := embedding.Client{Client: gateway}
	list, _ := client.Models(ctx) // with what is known
	var names []string
	for _, m := range list.Models {
		if strings.HasPrefix(m.Name, typed) {
			names = append(names, m.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
