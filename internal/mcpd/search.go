package mcpd

import (
	"bytes"
	"context"
	"encoding/json"
	"math"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

const (
	searchTool     = "search_vectors"
	foundByDefault = 10
	maxFound       = 100
	maxField       = 500 // of a value of the metadata, in bytes
)

type searchArgs struct {
	Index  string          `json:"index"`
	Text   string          `json:"text"`
	Vector floats.Vector   `json:"vector"`
	K      *int            `json:"k"`
	Mode   vector.Mode     `json:"mode"`
	Filter json.RawMessage `json:"filter"`
}

type hit struct {
	ID       string         `json:"id"`
	Score    float32        `json:"score" jsonschema:"the higher the nearer; where parts stand beside it, it puts the results of this one search in order and says nothing else"`
	Parts    *vector.Parts  `json:"parts,omitempty" jsonschema:"of a hybrid search: the scores by meaning and by words"`
	Metadata map[string]any `json:"metadata,omitempty" jsonschema:"the item's fields; the text it was made of is usually in text"`
}

type hits struct {
	Results   []hit `json:"results" jsonschema:"the best first"`
	Truncated bool  `json:"truncated" jsonschema:"more were found than fit here: ask for fewer, or by a filter"`
	CellsCut  int   `json:"cells_cut" jsonschema:"values of the metadata here that were too long: they are the beginning of their text, and end with how long they are"`

	Index       string      `json:"index,omitempty" jsonschema:"that was searched, where index was left out"`
	Mode        vector.Mode `json:"mode,omitempty" jsonschema:"by which it was searched, where mode was left out; lexical: by words alone, for the index has no model, so that nothing found does not mean that there is nothing"`
	QuestionCut bool        `json:"question_cut,omitempty" jsonschema:"text is longer than the index's model reads: its beginning was searched for"`
}

func searchVectorsTool() mcp.Tool {
	return newTool(searchTool, "Search an index",
		"Finds the items of a vector index that are nearest to a text or a vector, or that have its words, and gives their ids, scores and metadata. "+
			"Without index the only one with a model is searched; where there are several, or one is named that does not exist, the answer names those that do.",
		mcp.WithString("index", mcp.MinLength(1), mcp.MaxLength(128), mcp.Description("the index's name or alias; the only index with a model if left out")),
		mcp.WithString("text", mcp.MaxLength(vector.MaxText), mcp.Description("what to look for, in words")),
		mcp.WithArray("vector", mcp.MaxItems(vector.MaxDimension), mcp.WithNumberItems(mcp.Min(-math.MaxFloat32), mcp.Max(math.MaxFloat32)), mcp.Description("a vector of the index's dimension, where you have one; a text needs none")),
		mcp.WithInteger("k", mcp.Description("how many results"), mcp.Min(1), mcp.Max(maxFound), mcp.DefaultNumber(foundByDefault)),
		mcp.WithString("mode", mcp.Enum(string(vector.ByVector), string(vector.ByWords), string(vector.Hybrid)),
			mcp.Description("vector: by meaning; lexical: by the words of text, which every index with texts can; hybrid: both, whose scores order one search and are not absolute. What fits is taken if left out")),
		mcp.WithObject("filter", mcp.Description(`which items may be found, by metadata: {"city":"Austin"}, {"years":{"gte":3}}, {"state":{"in":["TX","OK"]}}, {"and":[…]}, {"or":[…]}, {"not":{…}}`)),
		mcp.WithOutputSchema[hits]())
}

func (g Gateway) searchVectors(ctx context.Context, args searchArgs) (hits, error) {
	k := orDefault(args.K, foundByDefault)
	var taken string
	if args.Index == "" {
		var err error
		if taken, err = g.indexOfTexts(ctx, args); err != nil {
			return hits{}, err
		}
		args.Index = taken
	}
	found, err := g.vectors().Search(ctx, args.Index, vector.Search{Text: args.Text, Vector: args.Vector, K: &k, Mode: args.Mode, Filter: args.Filter})
	switch {
	case err != nil:
		return hits{}, g.withIndexes(ctx, args.Index, err)
	case found.Results == nil:
		return hits{}, listless("results")
	}
	short := hits{Results: []hit{}, Index: taken, Mode: found.Mode, QuestionCut: found.Truncated}
	room := maxAnswer - maxAround
	for _, r := range found.Results {
		h := hit{ID: r.ID, Score: r.Score, Parts: r.Parts}
		var cut int
		if h.Metadata, cut, err = fields(r.Metadata); err != nil {
			return hits{}, err
		}
		text, err := plainJSON(h)
		if err != nil {
			return hits{}, err
		}
		if room -= len(text) + 1; room < 0 && len(short.Results) > 0 {
			short.Truncated = true
			break
		}
		short.Results = append(short.Results, h)
		short.CellsCut += cut
	}
	return short, nil
}

// fields gives the metadata of an item as it may stand in an answer.
func fields(metadata json.RawMessage) (shown map[string]any, cut int, err error) {
	if len(bytes.TrimSpace(metadata)) == 0 {
		return nil, 0, nil
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(metadata, &values); err != nil {
		return nil, 0, torn(err)
	}
	shown = make(map[string]any, len(values))
	for name, value := range values {
		short, shortened := cell(value, min(maxField, max(minCell, maxAnswer/2/len(values))))
		if shown[name] = short; shortened {
			cut++
		}
	}
	return shown, cut, nil
}
