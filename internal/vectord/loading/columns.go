package loading

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// columns tell of the columns of a load what their values in a result's JSON do not.
type columns struct {
	whole    map[string]bool // whole numbers of 128 bits: texts, and numbers where 64 bits hold them
	warnings []string        // of those whose numbers become text, or whose texts no words find
}

// columnsOf asks for the types of what a load's statement gives. What it cannot describe,
// the statement itself will say is wrong.
func (l *Loader) columnsOf(ctx context.Context, x *Target, load record) (columns, error) {
	c := columns{whole: map[string]bool{}}
	answer, err := l.config.Query.Run(ctx, query.Request{SQL: "DESCRIBE " + load.SQL, AsOf: asOf(load.Pinned)})
	if err != nil {
		if wire.AsProblem(err).Kind.Status == http.StatusBadRequest {
			err = nil
		}
		return c, err
	}
	for _, row := range answer.Rows {
		var name, typ string
		if len(row) < 2 || json.Unmarshal(row[0], &name) != nil || json.Unmarshal(row[1], &typ) != nil {
			continue
		}
		if name == textColumn(load.NewLoad) && x.Maker.Model != "" && len(x.Fields) > 0 && !slices.Contains(x.Fields, name) {
			c.warnings = append(c.warnings, fmt.Sprintf("the texts of %.100s become vectors, and are not searched by words: the text_fields of the index are %.300s; give them another name in the statement (AS), or make the index with that field (--text-field)", name, strings.Join(x.Fields, ", ")))
		}
		switch {
		case name == idColumn(load.NewLoad), name == vectorColumn(load.NewLoad):
		case typ == "HUGEINT", typ == "UHUGEINT":
			c.whole[name] = true
		case strings.Contains(typ, "DECIMAL("), strings.Contains(typ, "HUGEINT"):
			c.warnings = append(c.warnings, fmt.Sprintf("the numbers of %.100s (%.100s) are text in the metadata, which a filter compares letter by letter; cast them, as %[1]s::DOUBLE, if they are to be compared as numbers", name, typ))
		}
	}
	return c, nil
}

// plain gives a value as metadata have it.
func (c columns) plain(name string, value jsontext.Value) jsontext.Value {
	if !c.whole[name] || value.Kind() != '"' {
		return value
	}
	digits := value[1 : len(value)-1]
	if _, err := strconv.ParseInt(string(digits), 10, 64); err != nil {
		return value // as text it keeps all of them
	}
	return digits
}
