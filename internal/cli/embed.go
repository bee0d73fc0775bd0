package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newEmbed(g *Globals) *cobra.Command {
	var asked embedding.Request
	var as, format string
	cmd := &cobra.Command{
		Use:   "embed [TEXT]...",
		Short: "Make vectors of texts, or of the lines of standard input",
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
			return embedAll(cmd.Context(), embedding.Client{Client: gateway}, asked, texts, newVectorWriter(cmd, format))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&asked.Model, "model", "", "`NAME` of the model (default the one that embedd is configured with; 'lakehouse models' lists them)")
	flags.StringVar(&as, "input-type", "", "document (default: what is found) or query (what is searched with), to models that tell them apart")
	flags.StringVar(&format, "format", formatTable, "table (the first numbers of each vector) or json (all of them, on one line)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{formatTable, embedJSON}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("input-type", cobra.FixedCompletions([]string{string(embedding.Document), string(embedding.Query)}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("model", g.completeModel)
	return cmd
}

const embedJSON = "json"

// embedAll writes the vectors of any number of texts, all by one model of one revision.
func embedAll(ctx context.Context, client embedding.Client, asked embedding.Request, texts iter.Seq2[given, error], to vectorWriter) error {
	dimension := 0
	for some, err := range together(texts) {
		if err == nil && dimension == 0 {
			asked, err = pinned(ctx, client, asked)
		}
		if err != nil {
			return err
		}
		asked.Texts = nil
		for _, one := range some {
			asked.Texts = append(asked.Texts, one.text)
		}
		answer, err := client.Embed(ctx, asked)
		if err != nil {
			return placed(some, err)
		}
		if asked.Model, dimension = cmp.Or(asked.Model, answer.Model), cmp.Or(dimension, answer.Dimension); answer.Model != asked.Model || answer.Dimension != dimension {
			return embedding.ErrModelChanged.Errorf("%s with %d dimensions answers, in place of %s with %d; make all of the vectors again", answer.Model, answer.Dimension, asked.Model, dimension)
		}
		if err := to.write(asked.Texts, answer); err != nil {
			return err
		}
	}
	return to.end()
}

// placed says of an error where the text stands that it is about, which the API counts from 0 in
// each request.
func placed(some []given, err error) error {
	return reword(err, func(p *wire.Problem) string {
		number, _ := p.Fields["item"].(json.Number)
		item, err := number.Int64()
		if err != nil || item < 0 || item >= int64(len(some)) {
			return p.Detail
		}
		if there := fmt.Sprintf("text %d", item); strings.Contains(p.Detail, there) {
			return strings.Replace(p.Detail, there, some[item].place, 1)
		}
		return some[item].place + ": " + p.Detail
	})
}

// pinned names the model, and its revision, that a request would be answered by now. What
// embedd does not have it may say itself.
func pinned(ctx context.Context, client embedding.Client, asked embedding.Request) (embedding.Request, error) {
	list, err := client.Models(ctx)
	if err != nil {
		return asked, err
	}
	for _, m := range list.Models {
		switch {
		case m.Name != asked.Model && (asked.Model != "" || !m.Default):
		case !m.Ready && m.Revision == "": // else embedd finds out whether that is so still
			return asked, embedding.ErrProviderDown.Errorf("the model %s is not ready: %s", m.Name, m.Reason)
		default:
			asked.Model, asked.Revision = m.Name, m.Revision
			return asked, nil
		}
	}
	return asked, nil
}
