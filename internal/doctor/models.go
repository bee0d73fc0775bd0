package doctor

import (
	"context"
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// models asks a running fleet whether the indexes that have vectors made of texts still have
// the models that they were made with.
func models(ctx context.Context, f Fleet) []Check {
	if f.Gateway.Base == "" {
		return skip("models", "%s", unread)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	vectors := vector.Client{Client: f.api()}
	embedder := embedding.Client{Client: f.api()}
	list, err := embedder.Models(ctx)
	var known map[string]embedding.Model
	if err == nil {
		known = map[string]embedding.Model{}
		for _, m := range list.Models {
			known[m.Name] = m
		}
	}
	count := 0
	var wrong []string
	for x, err := range vectors.EachIndex(ctx, vector.MaxPage) {
		if err != nil {
			return skip("models", "what indexes there are is not told: %s", oneLine(wire.AsProblem(err).Detail))
		}
		if x.ModelRevision == "" {
			continue
		}
		count++
		if words := astray(x, known); known != nil && words != "" {
			wrong = append(wrong, words)
		}
	}
	switch {
	case count == 0:
		return ok("models", "no index has vectors made of texts")
	case err != nil:
		return trouble("models", Warn, "start embedd, and see that [gateway] deployed names it; all but texts goes on meanwhile", "%d of the indexes have vectors made of texts, and embedd does not make any: %s", count, oneLine(wire.AsProblem(err).Detail))
	case wrong != nil:
		return trouble("models", Warn, "configure the model as it was, or make an index of the new one, load it, and let lakehouse index alias set lead to it; searches by words and by vectors go on", "%s", some(wrong))
	}
	return ok("models", "the models of the indexes whose vectors are made of texts, %d, are as they were", count)
}

// astray says what is the matter with the model of an index, "" where nothing is.
func astray(x vector.Index, known map[string]embedding.Model) string {
	m, there := known[x.Model]
	switch {
	case !there:
		return fmt.Sprintf("embedd has no model %s, which %s is of", x.Model, x.Name)
	case !m.Ready:
		return fmt.Sprintf("the model %s of %s cannot be had: %s", x.Model, x.Name, oneLine(m.Reason))
	case m.Revision != x.ModelRevision:
		return fmt.Sprintf("the model %s is another one now (%.32s) than %s was made with (%.32s)", x.Model, m.Revision, x.Name, x.ModelRevision)
	}
	return ""
}

// api is the client of the gateway's /v1.
func (f Fleet) api() wire.Client {
	gateway := f.Gateway
	gateway.Base = strings.TrimSuffix(gateway.Base, "/") + "/v1"
	return gateway
}
