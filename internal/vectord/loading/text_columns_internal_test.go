package loading

import (
	"encoding/json"
	"slices"
	"testing"
)

// Of which columns vectors may be follows from what was known, and from what loads and adds have
// made since; what is not known stays so until a load has succeeded.
func TestTextColumns(t *testing.T) {
	unknown := textColumns(nil)
	for what, c := range map[string]struct {
		before  textColumns
		items   int
		changed bool
		all     bool
		at, end textColumns
	}{
		"the first into an empty index":     {unknown, 0, true, true, textColumns{"title"}, textColumns{"title"}},
		"the first beside adds":             {unknown, 3, true, false, unknown, textColumns{"title", "text"}},
		"the first over all":                {unknown, 3, true, true, unknown, textColumns{"title"}},
		"an index that was emptied":         {textColumns{"summary"}, 0, true, false, textColumns{"title"}, textColumns{"title"}},
		"again":                             {textColumns{"title"}, 3, false, false, textColumns{"title"}, textColumns{"title"}},
		"by another":                        {textColumns{"summary"}, 3, false, false, textColumns{"summary", "title"}, textColumns{"summary", "title"}},
		"by another over all":               {textColumns{"summary"}, 3, false, true, textColumns{"summary", "title"}, textColumns{"title"}},
		"after an add":                      {textColumns{"title"}, 3, true, false, textColumns{"title", "text"}, textColumns{"title", "text"}},
		"after an add, by another over all": {textColumns{"summary", "text"}, 3, true, true, textColumns{"summary", "text", "title"}, textColumns{"title"}},
	} {
		before := slices.Clone(c.before)
		at := c.before.begin("title", c.items, c.changed)
		if !slices.Equal(at, c.at) || (at == nil) != (c.at == nil) {
			t.Errorf("%s: %q while it runs", what, at)
		}
		if end := at.end("title", c.all); !slices.Equal(end, c.end) {
			t.Errorf("%s: %q at its end", what, end)
		}
		if !slices.Equal(c.before, before) {
			t.Errorf("%s: it became %q", what, c.before)
		}
	}
}

// A vector is of the load's column alone where no other column that it may be of has another text.
func TestAVectorOfOneColumn(t *testing.T) {
	for _, c := range []struct {
		columns  textColumns
		metadata string
		only     bool
	}{
		{nil, `{"title":"nurse"}`, false},
		{textColumns{"title"}, `{"title":"nurse","text":"welder"}`, true},
		{textColumns{"title", "text"}, `{"title":"nurse","text":"welder"}`, false},
		{textColumns{"text", "title"}, `{"title":"nurse","text":"nurse"}`, true},
		{textColumns{"text", "title"}, `{"title":"nurse","text":""}`, true},
		{textColumns{"text", "title"}, `{"title":"nurse","text":7}`, true},
		{textColumns{"text", "title"}, `{"title":"nurse"}`, true},
	} {
		if got := c.columns.only("title", "nurse", json.RawMessage(c.metadata)); got != c.only {
			t.Errorf("%q, %s: %v", c.columns, c.metadata, got)
		}
	}
}
