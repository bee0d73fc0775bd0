package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

func newErase(g *Globals) *cobra.Command {
	var req ingest.Erase
	cmd := &cobra.Command{
		Use:   "erase NAME --where SQL",
		Short: "Erase rows from every version of a dataset, its quarantine and storage",
		Long: "Erase rows for good. Without --confirm it says what would go and changes nothing;\n" +
			"it cannot be undone, and does not reach backups and copies. NAME__quarantine by itself takes\n" +
			"a condition on its own columns: line, column_name, reason, raw, encoding, source.",
		Example: "  lakehouse erase candidates --where \"candidate_id = 'C-0107'\"\n" +
			"  lakehouse erase candidates --where \"candidate_id = 'C-0107'\" --confirm TOKEN\n" +
			"  lakehouse erase candidates__quarantine --where \"raw LIKE '%C-0107%'\"",
		Args: func(_ *cobra.Command, names []string) error {
			if len(names) != 1 {
				return errors.New("one dataset is to be named; write: lakehouse erase NAME --where SQL")
			}
			if strings.TrimSpace(req.Where) == "" {
				return errors.New("say which rows are to go: --where SQL, as after WHERE")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, names []string) error {
			gateway, err := g.client()
			if err != nil {
				return err
			}
			req.Name = names[0]
			client := ingest.Client{Client: gateway}
			done, err := client.Erase(cmd.Context(), req)
			plan, changed := ingest.NewPlan(err)
			switch {
			case changed:
				done = plan
			case err != nil:
				return err
			}
			show := showErasure
			if g.JSON {
				show = func(w io.Writer, e ingest.Erasure) error { return printJSON(w, e) }
			}
			return errors.Join(err, show(cmd.OutOrStdout(), done))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&req.Where, "where", "", "the rows, as `SQL` after WHERE, over the dataset's columns")
	flags.StringVar(&req.Confirm, "confirm", "", "the `TOKEN` of the plan, to carry it out")
	flags.StringVar(&req.Quarantine, "quarantine", "", "which bad rows go: matching (default) or all")
	flags.BoolVar(&req.KeepUnjudged, "keep-unjudged", false, "keep older versions that lack a column of the condition")
	return cmd
}

// showErasure words a plan, or what was done.
func showErasure(w io.Writer, e ingest.Erasure) error {
	var b strings.Builder
	verb := "would go"
	if e.Erased {
		verb = "went"
	}
	fmt.Fprintf(&b, "%s: %d rows of the current version%s %s\n", called(e.Namespace, e.Dataset), e.Rows, tagged(e.Tags), verb)
	showGone(&b, e.Versions, verb)
	if q := e.Quarantine; q != nil {
		showQuarantine(&b, q, called(e.Namespace, e.Dataset), verb)
	}
	switch {
	case e.Erased && e.Empty() && len(e.Objects) == 0:
		b.WriteString("nothing was there to erase, and nothing was changed\n")
	case e.Erased:
		fmt.Fprintf(&b, "%d objects deleted, %s; backups and copies still hold what they held\n", len(e.Objects), bytesText(e.Bytes))
	default:
		fmt.Fprintf(&b, "nothing was changed; to erase, add --confirm %s\n", e.Confirm)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showQuarantine(b *strings.Builder, q *ingest.ErasedQuarantine, dataset, verb string) {
	fmt.Fprintf(b, "%s: %d rows%s %s, %d stay\n", q.Dataset, q.Rows, tagged(q.Tags), verb, q.Stay)
	if q.Stay > 0 && !q.Judged {
		fmt.Fprintf(b, "  this condition cannot judge those that stay: only what it compares with by = or IN is looked for in their text;\n"+
			"  'erase %s --quarantine all' takes them all, and 'erase %s' those of a condition on raw\n", dataset, q.Dataset)
	}
	showGone(b, q.Versions, verb)
}

func showGone(b *strings.Builder, versions []ingest.ErasedVersion, verb string) {
	for _, v := range versions {
		what := fmt.Sprintf("with %d such rows %s", v.Rows, verb)
		switch {
		case v.Kept:
			what = "cannot be judged, for it lacks a column of the condition, and is kept"
		case !v.Judged:
			what = "cannot be judged, for it lacks a column of the condition, and " + verb
		}
		fmt.Fprintf(b, "  version %d%s %s\n", v.Version, tagged(v.Tags), what)
	}
}

// tagged adds the tags of a version that goes.
func tagged(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return " (" + strings.Join(tags, ", ") + ")"
}
