package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newSearch(g *Globals) *cobra.Command {
	var a asking
	cmd := &cobra.Command{
		Use:   "search INDEX [TEXT]",
		Short: "Find the items of an index that are nearest to a vector or to other items, that words fit, or both",
		Long: "Find the items of an index that are nearest to a vector (--vector) or to other items (--like,\n" +
			"--unlike), those that the words of TEXT fit, or both joined (--mode hybrid, the default where both\n" +
			"are given). The best come first; a score is the higher the nearer.",
		Example: "  lakehouse search resumes 'forklift night shift'\n" +
			"  lakehouse search resumes --like c-1 --like c-7 --unlike c-3 -k 5\n" +
			"  lakehouse search resumes --vector '[0.1, 0.2, 0.3]' --filter '{\"city\": \"Austin\", \"years\": {\"gte\": 3}}'",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return errors.New("no index is named; write: lakehouse search INDEX 'TEXT', or lakehouse search INDEX --like ID")
			case len(args) > 2:
				return errors.New("the text comes in several arguments; write it in quotes, as one")
			}
			return nil
		},
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.search(cmd, args[1:])
			if err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			found, err := client.Search(cmd.Context(), args[0], s)
			if err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), found)
			}
			return showFound(cmd, found, s.WithVector)
		},
	}
	a.flags(cmd)
	return cmd
}

// asking is what the flags of a search say.
type asking struct {
	vector, filter, mode string
	like, unlike         []string
	k, ef                int
	least, alpha         float64
	fusion               string
	exact, withVector    bool
}

func (a *asking) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&a.vector, "vector", "", "`NUMBERS` to search near, as '[0.1, 0.2]'")
	flags.StringArrayVar(&a.like, "like", nil, "`ID` of an item that the results are to be like; may be given again")
	flags.StringArrayVar(&a.unlike, "unlike", nil, "`ID` of an item that they are to be unlike; may be given again")
	flags.IntVarP(&a.k, "k", "k", 10, "how many results")
	flags.StringVar(&a.filter, "filter", "", "`JSON` that says which items may be found, as '{\"city\": \"Austin\"}'")
	flags.IntVar(&a.ef, "ef", 0, "`CANDIDATES` that are kept on the way through the graph: more find better, and take longer (default 100)")
	flags.Float64Var(&a.alpha, "alpha", 0.5, "`PART` of the vector in a hybrid search by convex, from 0 to 1; the rest is the words'")
	flags.StringVar(&a.fusion, "fusion", "", "convex (default: alpha * vector + (1 - alpha) * words) or rrf (by ranks): how the sides of a hybrid search are joined")
	flags.BoolVar(&a.exact, "exact", false, "look at every item that may be found, and not only where the graph leads")
	flags.Float64Var(&a.least, "min-score", 0, "`SCORE` that a result has at least")
	flags.StringVar(&a.mode, "mode", "", "vector, lexical (by words) or hybrid (default: by what is given)")
	flags.BoolVar(&a.withVector, "with-vector", false, "show the vectors of the results too")
	_ = cmd.RegisterFlagCompletionFunc("fusion", cobra.FixedCompletions([]string{string(vector.Convex), string(vector.RRF)}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions([]string{string(vector.ByVector), string(vector.ByWords), string(vector.Hybrid)}, cobra.ShellCompDirectiveNoFileComp))
}

// search reads what is asked for.
func (a *asking) search(cmd *cobra.Command, text []string) (vector.Search, error) {
	s := vector.Search{Positive: a.like, Negative: a.unlike, Mode: vector.Mode(a.mode), K: &a.k, Exact: a.exact, WithVector: a.withVector}
	if len(text) > 0 {
		s.Text = text[0]
	}
	if cmd.Flags().Changed("min-score") {
		s.MinScore = &a.least
	}
	if cmd.Flags().Changed("ef") {
		s.Ef = &a.ef
	}
	if alpha := cmd.Flags().Changed("alpha"); alpha || a.fusion != "" {
		s.Fusion = &vector.Fusion{Method: vector.FusionMethod(a.fusion)}
		if alpha {
			s.Fusion.Alpha = &a.alpha
		}
	}
	if a.vector != "" {
		if err := json.Unmarshal([]byte(a.vector), &s.Vector); err != nil || len(s.Vector) == 0 ||
			slices.ContainsFunc(s.Vector, func(f float32) bool { return math.IsInf(float64(f), 0) }) {
			return s, fmt.Errorf("--vector %.60q is no array of numbers; write it as '[0.1, 0.2]'", a.vector)
		}
	}
	var err error
	if s.Filter, err = filterOf(a.filter); err != nil {
		return s, err
	}
	switch {
	case a.k < 1:
		return s, fmt.Errorf("-k takes how many results, from 1, and not %d", a.k)
	case s.Vector != nil && len(a.like) > 0:
		return s, errors.New("--vector and --like both say what to search near; give one of them")
	case len(a.unlike) > 0 && len(a.like) == 0:
		return s, errors.New("--unlike goes with --like: say also what the results are to be like")
	case s.Fusion != nil && (s.Text == "" || s.Vector == nil && len(a.like) == 0):
		return s, errors.New("--alpha and --fusion join the two sides of a hybrid search; give TEXT and --vector or --like, or leave them out")
	case s.Text == "" && s.Vector == nil && len(a.like) == 0:
		return s, errors.New("say what to search for: a text, or --vector '[0.1, 0.2]', or --like ID")
	}
	return s, nil
}

// filterOf reads a filter; "" is none.
func filterOf(text string) (vector.Filter, error) {
	var object map[string]json.RawMessage
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &object); err != nil || object == nil {
		return nil, fmt.Errorf(`--filter %.60q is no JSON object; write it as '{"city": "Austin"}' or '{"years": {"gte": 3}}'`, text)
	}
	return vector.Filter(text), nil
}
