package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newSearch(g *Globals) *cobra.Command {
	var a asking
	cmd := &cobra.Command{
		Use:   "search [INDEX] [TEXT]",
		Short: "Find the items of an index that are nearest to a text, a vector or other items, that words fit, or both",
		Long: "Find the items of an index that are nearest to a vector (--vector) or to other items (--like,\n" +
			"--unlike), those that the words of TEXT fit, or both joined (--mode hybrid, the default where both\n" +
			"are given). In an index with a model TEXT is searched for by its meaning too, unless --mode lexical\n" +
			"is given; where there is one such index its name can be left out. The best come first; a score is\n" +
			"the higher the nearer. That of a hybrid search puts the results of that one search in order and is\n" +
			"not absolute: the best may have 0.8 where nothing is alike. Beside it are the scores of both sides,\n" +
			"each with its rank (3), or without one where that side did not find the item by itself.",
		Example: "  lakehouse search 'who can drive a forklift at night'\n" +
			"  lakehouse search resumes 'forklift night shift'\n" +
			"  lakehouse search resumes --like c-1 --like c-7 --unlike c-3 -k 5\n" +
			"  lakehouse search resumes --vector '[0.1, 0.2, 0.3]' --filter '{\"city\": \"Austin\", \"years\": {\"gte\": 3}}'",
		Args:              a.checkArgs,
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			index, text := a.aim(args)
			s, err := a.search(cmd, text)
			if err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			if index == "" {
				if index, err = indexOfTexts(cmd.Context(), client, text); err != nil {
					return err
				}
			}
			found, err := client.Search(cmd.Context(), index, s)
			if err != nil {
				return with(ofSearch(index, s, a.index == ""), err)
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
	index                string
	vector, filter, mode string
	like, unlike         []string
	k, ef                int
	least, alpha         float64
	fusion               string
	exact, withVector    bool
}

func (a *asking) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&a.index, "index", "", "`NAME` of the index (default the only one with a model)")
	flags.StringVar(&a.vector, "vector", "", "`NUMBERS` to search near, as '[0.1, 0.2]'")
	flags.StringArrayVar(&a.like, "like", nil, "`ID` of an item that the results are to be like; may be given again")
	flags.StringArrayVar(&a.unlike, "unlike", nil, "`ID` of an item that they are to be unlike; may be given again")
	flags.IntVarP(&a.k, "k", "k", 10, "how many results")
	flags.StringVar(&a.filter, "filter", "", "`JSON` that says which items may be found, as '{\"city\": \"Austin\"}'")
	flags.IntVar(&a.ef, "ef", 0, "`CANDIDATES` that are kept on the way through the graph: more find better, and take longer (default 100)")
	flags.Float64Var(&a.alpha, "alpha", 0.7, "`PART` of the vector in a hybrid search by convex, from 0 to 1; the rest is the words'")
	flags.StringVar(&a.fusion, "fusion", "", "convex (default: alpha * vector + (1 - alpha) * words) or rrf (by ranks): how the sides of a hybrid search are joined")
	flags.BoolVar(&a.exact, "exact", false, "look at every item that may be found, and not only where the graph leads")
	flags.Float64Var(&a.least, "min-score", 0, "`SCORE` that a result has at least; a bound on nearness in --mode vector alone")
	flags.StringVar(&a.mode, "mode", "", "vector, lexical (by words) or hybrid (default: by what is given)")
	flags.BoolVar(&a.withVector, "with-vector", false, "show the vectors of the results too")
	_ = cmd.RegisterFlagCompletionFunc("fusion", cobra.FixedCompletions([]string{string(vector.Convex), string(vector.RRF)}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions([]string{string(vector.ByVector), string(vector.ByWords), string(vector.Hybrid)}, cobra.ShellCompDirectiveNoFileComp))
}

// wordsAlone is how a text is searched for that the model of an index makes no vector of.
const wordsAlone = "--mode " + string(vector.ByWords)

// ofSearch are the remedies of a search; an index that is named before the text may be a word of it.
func ofSearch(index string, s vector.Search, before bool) []remedy {
	all := append(ofIndexes(index), remedy{embedding.ErrModelNotFound, wordsAlone}, remedy{embedding.ErrModelChanged, wordsAlone + " meanwhile; " + madeAnew(index)})
	if before && s.Text != "" {
		all = append(all, remedy{vector.ErrIndexNotFound, "lakehouse index list; or, if " + index + " is of the text, write it in quotes, as one"})
	}
	return all
}

func (a *asking) checkArgs(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && a.index == "":
		return errors.New("no index is named; write: lakehouse search INDEX 'TEXT', or lakehouse search INDEX --like ID")
	case len(args) == 2 && a.index != "":
		return errors.New("the index is named twice, by --index and before the text; name it once")
	case len(args) > 2:
		return errors.New("the text comes in several arguments; write it in quotes, as one")
	}
	return nil
}

// aim tells which index the arguments name, "" where that is to be found, and which text. One
// that stands alone is the text, unless something else says what to search for.
func (a *asking) aim(args []string) (index, text string) {
	switch {
	case len(args) == 2:
		return args[0], args[1]
	case len(args) == 0:
		return a.index, ""
	case a.index == "" && (a.vector != "" || len(a.like)+len(a.unlike) > 0):
		return args[0], ""
	}
	return a.index, args[0]
}

// indexOfTexts finds the index that a text is searched for in where none is named.
func indexOfTexts(ctx context.Context, client *vector.Client, text string) (string, error) {
	indexes, err := wire.Gather(client.EachIndex(ctx, vector.MaxPage))
	if err != nil {
		return "", err
	}
	for _, x := range indexes {
		if x.Name == text || slices.Contains(x.Aliases, text) {
			return "", usageError{fmt.Errorf("%s is an index; say what to search for in it: a text, or --vector '[0.1, 0.2]', or --like ID", text)}
		}
	}
	switch names := vector.OfTexts(indexes); len(names) {
	case 1:
		return names[0], nil
	case 0:
		return "", usageError{errors.New("no index has a model of embedd, which would be searched; name one: lakehouse search INDEX 'TEXT', or make one: lakehouse index create NAME --model minilm, then lakehouse index load NAME")}
	default:
		return "", usageError{fmt.Errorf("several indexes have a model of embedd: %.500s; name one by --index", strings.Join(names, ", "))}
	}
}

// search reads what is asked for.
func (a *asking) search(cmd *cobra.Command, text string) (vector.Search, error) {
	s := vector.Search{Text: text, Positive: a.like, Negative: a.unlike, Mode: vector.Mode(a.mode), K: &a.k, Exact: a.exact, WithVector: a.withVector}
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
	case s.Fusion != nil && s.Text == "":
		return s, errors.New("--alpha and --fusion join the two sides of a hybrid search; give TEXT, too, or leave them out")
	case s.Text != "" && strings.TrimSpace(s.Text) == "":
		return s, errors.New("the text is of spaces alone; write what to search for")
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
