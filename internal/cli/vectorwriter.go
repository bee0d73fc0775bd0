package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// vectorWriter writes the vectors of texts, which come in parts.
type vectorWriter interface {
	write(texts []string, part embedding.Answer) error
	end() error
}

func newVectorWriter(cmd *cobra.Command, format string) vectorWriter {
	if format == embedJSON {
		return &vectorDocument{out: bufio.NewWriter(cmd.OutOrStdout())}
	}
	return &vectorTable{cmd: cmd}
}

// vectorDocument writes an answer as one line of JSON, which is none before its end.
type vectorDocument struct {
	out       *bufio.Writer
	begun     bool
	truncated []bool
}

func (d *vectorDocument) write(_ []string, part embedding.Answer) error {
	if !d.begun {
		model, err := json.Marshal(part.Model)
		if err != nil {
			return err
		}
		fmt.Fprintf(d.out, `{"model":%s,"dimension":%d,"vectors":[`, model, part.Dimension)
	}
	for _, v := range part.Vectors {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if d.begun {
			d.out.WriteByte(',')
		}
		d.begun = true
		d.out.Write(text)
	}
	d.truncated = append(d.truncated, part.Truncated...)
	return d.out.Flush() // tells the error of any write before
}

func (d *vectorDocument) end() error {
	truncated, err := json.Marshal(d.truncated)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "],\"truncated\":%s}\n", truncated)
	return d.out.Flush()
}

// shownNumbers is how many numbers of a vector a table shows.
const shownNumbers = 4

// vectorTable draws where vectors begin: a table of each part, as it comes.
type vectorTable struct {
	cmd       *cobra.Command
	vectors   int
	model     string
	dimension int
}

func (t *vectorTable) write(texts []string, part embedding.Answer) error {
	t.model, t.dimension = part.Model, part.Dimension
	t.vectors += len(part.Vectors)
	var rows [][]string
	for i, v := range part.Vectors {
		cut := ""
		if i < len(part.Truncated) && part.Truncated[i] {
			cut = "yes"
		}
		rows = append(rows, []string{oneLine(texts[i]), firstNumbers(v), cut})
	}
	var drawn strings.Builder
	drawTable(&drawn, []string{"text", "vector", "truncated"}, rows, []bool{false, false, false})
	_, err := io.WriteString(t.cmd.OutOrStdout(), drawn.String())
	return err
}

func (t *vectorTable) end() error {
	_, err := fmt.Fprintf(t.cmd.ErrOrStderr(), "%s by %s, of %d dimensions\n", counted(t.vectors, "vector"), printable(t.model, ""), t.dimension)
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
