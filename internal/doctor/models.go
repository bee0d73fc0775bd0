package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// models asks a running fleet whether its models can be had, and whether the indexes that have
// vectors made of texts still have those that they were made with.
func models(ctx context.Context, f Fleet) []Check {
	if f.Gateway.Base == "" {
		return skip("models", "%s", unread)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	known, away := knownModels(ctx, f.api())
	count, wrong, fixes, err := modelsOfIndexes(ctx, f.api(), known)
	switch {
	case err != nil:
		return skip("models", "what indexes there are is not told: %s", oneLine(wire.AsProblem(err).Detail))
	case count == 0 && wrong == nil:
		return ok("models", "no index has vectors made of texts")
	case count > 0 && away != nil:
		return trouble("models", Warn, "start embedd, and see that [gateway] deployed names it; all but texts goes on meanwhile", "%d of the indexes have vectors made of texts, and embedd does not make any: %s", count, oneLine(wire.AsProblem(away).Detail))
	case wrong != nil:
		return trouble("models", Warn, strings.Join(fixes, "; ")+"; searches by words and by vectors go on", "%s", some(wrong))
	}
	return ok("models", "the models of the indexes whose vectors are made of texts, %d, are as they were", count)
}

// knownModels gives the models that embedd has by their names.
func knownModels(ctx context.Context, api wire.Client) (map[string]embedding.Model, error) {
	embedder := embedding.Client{Client: api}
	list, err := embedder.Models(ctx)
	known := map[string]embedding.Model{}
	for _, m := range list.Models {
		known[m.Name] = m
	}
	return known, err
}

// modelsOfIndexes counts the indexes that have vectors made of texts, or would by their models'
// names, and says what is wrong with them, or with models that none has, and what mends that.
func modelsOfIndexes(ctx context.Context, api wire.Client, known map[string]embedding.Model) (count int, wrong, fixes []string, err error) {
	tell := func(words, fix string) {
		wrong = append(wrong, words)
		if !slices.Contains(fixes, fix) {
			fixes = append(fixes, fix)
		}
	}
	vectors := vector.Client{Client: api}
	used := map[string]bool{}
	for x, err := range vectors.EachIndex(ctx, vector.MaxPage) {
		if err != nil {
			return 0, nil, nil, err
		}
		if _, has := known[x.Model]; x.ModelRevision == "" && !has { // nothing of it is embedd's affair
			continue
		}
		count++
		used[x.Model] = true
		if words, fix := astray(x, known); words != "" {
			tell(words, fix)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if m := known[name]; !m.Ready && !used[name] {
			tell(fmt.Sprintf("the model %s cannot be had: %s", name, oneLine(m.Reason)), fixReady)
		}
	}
	return count, wrong, fixes, nil
}

const (
	fixAnew  = "make an index of the model as it is, load it, and let lakehouse index alias set lead to it"
	fixModel = "configure the model as it was, or " + fixAnew
	fixReady = "mend what is said of the model; then texts are taken again"
)

// astray says what is the matter with the model of an index, and what mends it, "" where nothing
// is.
func astray(x vector.Index, known map[string]embedding.Model) (words, fix string) {
	m, there := known[x.Model]
	switch {
	case !there:
		return fmt.Sprintf("embedd has no model %s, which %s is of", x.Model, x.Name), fixModel
	case x.ModelRevision == "":
		return fmt.Sprintf("%s was made when embedd had no model %s, and takes no texts", x.Name, x.Model), fixAnew
	case !m.Ready:
		return fmt.Sprintf("the model %s of %s cannot be had: %s", x.Model, x.Name, oneLine(m.Reason)), fixReady
	case m.Revision != x.ModelRevision:
		return fmt.Sprintf("the model %s is another one now (%.32s) than %s was made with (%.32s)", x.Model, m.Revision, x.Name, x.ModelRevision), fixModel
	}
	return "", ""
}

// api is the client of the gateway's /v1.
func (f Fleet) api() wire.Client {
	gateway := f.Gateway
	gateway.Base = strings.TrimSuffix(gateway.Base, "/") + "/v1"
	return gateway
}
