package mcpd

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	listedByDefault = 50
	maxListed       = 200
	maxSaid         = 150 // of a description in a list, in bytes
	maxTold         = 500 // of one in a manifest, and of a type
)

// nameWords say what a dataset's name is like.
const nameWords = `as list_datasets gives it: "placements", or "hr.placements" in the namespace hr; lower case`

type listArgs struct {
	Cursor string `json:"cursor"`
	Limit  *int   `json:"limit"`
}

// listed is a dataset in a list.
type listed struct {
	Name        string    `json:"name" jsonschema:"as SQL writes it"`
	Version     int64     `json:"version"`
	Rows        int64     `json:"rows"`
	Bytes       int64     `json:"bytes"`
	UpdatedAt   time.Time `json:"updated_at"`
	Description string    `json:"description,omitempty"`
}

type list struct {
	Datasets   []listed `json:"datasets"`
	NextCursor *string  `json:"next_cursor" jsonschema:"pass it as cursor for the next page; null on the last"`
}

func listDatasetsTool() mcp.Tool {
	return newTool("list_datasets", "List datasets",
		"Lists the datasets, in order of their names: name, current version, rows, bytes, when it was last changed, what people say it is. "+
			"A dataset is a table that query_sql can ask. Views are not here: query_sql with SHOW TABLES tells them.",
		mcp.WithString("cursor", mcp.Description("next_cursor of the page before; none for the first page")),
		mcp.WithInteger("limit", mcp.Description("datasets of a page; fewer come where they are long"), mcp.Min(1), mcp.Max(maxListed), mcp.DefaultNumber(listedByDefault)),
		mcp.WithOutputSchema[list]())
}

func (g Gateway) listDatasets(ctx context.Context, args listArgs) (list, error) {
	for limit := orDefault(args.Limit, listedByDefault); ; limit /= 2 {
		page, err := g.catalog().List(ctx, args.Cursor, limit)
		switch {
		case err != nil:
			return list{}, err
		case page.Datasets == nil:
			return list{}, listless("datasets")
		}
		short := list{Datasets: make([]listed, len(page.Datasets)), NextCursor: page.NextCursor}
		for i, d := range page.Datasets {
			short.Datasets[i] = listed{catalog.Name{Namespace: d.Namespace, Name: d.Name}.String(), d.Version, d.Rows, d.Bytes,
				d.UpdatedAt, shortened(d.Description, maxSaid)}
		}
		if text, err := plainJSON(short); err != nil || len(text) <= maxAnswer || limit == 1 {
			return short, err
		}
	}
}

type manifestArgs struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type column struct {
	Name        string `json:"name"`
	Type        string `json:"type" jsonschema:"Iceberg's: long, decimal(18,2), string, date, timestamptz, list<string>, ..."`
	Description string `json:"description,omitempty"`
}

type manifest struct {
	Name        string    `json:"name"`
	Version     int64     `json:"version"`
	Rows        int64     `json:"rows"`
	Bytes       int64     `json:"bytes"`
	Files       int       `json:"files"`
	Description string    `json:"description,omitempty"`
	Columns     []column  `json:"columns"`
	MoreColumns int       `json:"more_columns,omitempty" jsonschema:"columns that are left out here; query_sql with DESCRIBE pages through all"`
	Fingerprint string    `json:"fingerprint" jsonschema:"of the schema: names and types"`
	CreatedAt   time.Time `json:"created_at" jsonschema:"of the dataset"`
	UpdatedAt   time.Time `json:"updated_at" jsonschema:"of this version"`
}

func getManifestTool() mcp.Tool {
	return newTool("get_manifest", "Get a dataset's manifest",
		"Tells a version of a dataset: its columns with their types and what people say they are, rows, bytes, fingerprint, when it came. Look at it before writing SQL over the dataset.",
		mcp.WithString("name", mcp.Required(), mcp.MinLength(1), mcp.MaxLength(260), mcp.Description("the dataset's name, "+nameWords)),
		mcp.WithString("version", mcp.Description(`which version: a number ("3"), a tag ("tag:payroll-w44") or an RFC 3339 time at which it was current; the current one if left out`)),
		mcp.WithOutputSchema[manifest]())
}

func (g Gateway) getManifest(ctx context.Context, args manifestArgs) (manifest, error) {
	var at catalog.At
	if args.Version != "" {
		var err error
		if at, err = catalog.ParseAt(args.Version); err != nil {
			return manifest{}, wire.ErrBadRequest.Errorf("%s", err)
		}
	}
	m, err := g.catalog().ManifestAt(ctx, args.Name, at)
	if err != nil {
		return manifest{}, err
	}
	short := manifest{
		Name: catalog.Name{Namespace: m.Namespace, Name: m.Name}.String(), Version: m.Version, Rows: m.Rows, Bytes: m.Bytes,
		Files: len(m.Objects), Description: shortened(m.Description, maxTold), Columns: []column{}, Fingerprint: m.Fingerprint,
		CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}
	room := maxAnswer - 2*maxAround
	for i, c := range m.Columns {
		said := column{c.Name, shortened(c.Type, maxTold), shortened(c.Description, maxTold)}
		text, err := plainJSON(said)
		if room -= len(text) + 1; err != nil || room < 0 {
			short.MoreColumns = len(m.Columns) - i
			return short, err
		}
		short.Columns = append(short.Columns, said)
	}
	return short, nil
}
