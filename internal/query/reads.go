package query

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// ReadsRequest asks what a statement reads, which is not run for that.
type ReadsRequest struct {
	SQL string `json:"sql"`
	// AsOf is that of a [Request].
	AsOf json.RawMessage `json:"as_of,omitempty"`
}

// The kinds of sources.
const (
	SourceDataset = "dataset"
	SourceView    = "view"
)

// Source is one version of a dataset or a view. A dataset that took the name of one that
// was dropped has another id, whatever its versions are called.
type Source struct {
	Name    string `json:"name"` // as a statement writes it: "hr.paid", "rates"
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// String names a source with its version, as in "rates@5".
func (s Source) String() string { return fmt.Sprintf("%s@%d", s.Name, s.Version) }

// Reads is what a statement reads: the views by name, and then the datasets, also those
// below the views.
type Reads struct {
	Sources []Source `json:"reads"`
	// Repeatable tells that the statement gives the same rows again over the same sources:
	// it has no function whose value changes, and takes no sample.
	Repeatable bool `json:"repeatable"`
}

// AsOf asks for these versions again, and for nothing else that has their names by then.
func (r Reads) AsOf() AsOf {
	if len(r.Sources) == 0 {
		return AsOf{}
	}
	a := AsOf{Tables: make(map[string]Version, len(r.Sources))}
	for _, s := range r.Sources {
		a.Tables[s.Name] = Version{Number: s.Version, ID: s.ID}
	}
	return a
}

// String names the sources as [HeaderReads] does, and never cuts them.
func (r Reads) String() string {
	parts := make([]string, len(r.Sources))
	for i, s := range r.Sources {
		parts[i] = s.String()
	}
	return strings.Join(parts, ", ")
}

// Reads tells what a statement would read now, or as of what is asked for.
func (c *Client) Reads(ctx context.Context, of ReadsRequest) (Reads, error) {
	var reads Reads
	err := c.JSON(ctx, http.MethodPost, "/sql/reads", nil, of, &reads)
	return reads, err
}
