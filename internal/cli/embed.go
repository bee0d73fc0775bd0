package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
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

// textsOf gives the texts of the arguments, or else those of the lines of standard input.
func textsOf(in io.Reader, args []string) (iter.Seq2[string, error], error) {
	if file, is := in.(*os.File); is && len(args) == 0 && term.IsTerminal(int(file.Fd())) {
		return nil, usageError{errors.New("there is no text; write: lakehouse embed 'TEXT', or give lines on standard input")}
	}
	return func(yield func(string, error) bool) {
		for _, text := range args {
			if !yield(text, nil) {
				return
			}
		}
		if len(args) == 0 {
			textsOfLines(in, yield)
		}
	}, nil
}

func textsOfLines(in io.Reader, yield func(string, error) bool) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	number, texts := 0, 0
	for ; lines.Scan(); number++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" {
			continue
		}
		if texts++; !yield(line, nil) {
			return
		}
	}
	switch err := lines.Err(); {
	case err != nil:
		yield("", fmt.Errorf("standard input, line %d: %w", number+1, err))
	case texts == 0:
		yield("", usageError{errors.New("standard input holds no text; write it there, or as an argument: lakehouse embed 'TEXT'")})
	}
}

const (
	embedJSON  = "json"
	embedTexts = 256     // in one request
	embedBytes = 4 << 20 // of its texts, but for the last
)

// together gives texts as they go in one request.
func together(texts iter.Seq2[string, error]) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		var some []string
		bytes := 0
		for text, err := range texts {
			if err != nil {
				yield(nil, err)
				return
			}
			some = append(some, text)
			if bytes += len(text); len(some) < embedTexts && bytes < embedBytes {
				continue
			}
			if !yield(some, nil) {
				return
			}
			some, bytes = nil, 0
		}
		if len(some) > 0 {
			yield(some, nil)
		}
	}
}

// embedAll writes the vectors of any number of texts, all by one model of one revision.
func embedAll(ctx context.Context, client embedding.Client, asked embedding.Request, texts iter.Seq2[string, error], to vectorWriter) error {
	dimension := 0
	for some, err := range together(texts) {
		if err == nil && dimension == 0 {
			asked, err = pinned(ctx, client, asked)
		}
		if err != nil {
			return err
		}
		asked.Texts = some
		answer, err := client.Embed(ctx, asked)
		if err != nil {
			return err
		}
		if dimension = cmp.Or(dimension, answer.Dimension); answer.Model != asked.Model || answer.Dimension != dimension {
			return embedding.ErrModelChanged.Errorf("%s with %d dimensions answers, in place of %s with %d; make all of the vectors again", answer.Model, answer.Dimension, asked.Model, dimension)
		}
		if err := to.write(some, answer); err != nil {
			return err
		}
	}
	return to.end()
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
