package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// asOf makes as_of of a flag's values: one RFC 3339 time, or NAME=VERSION for each
// table that is not to be read as it is now.
func asOf(values []string) (json.RawMessage, error) {
	if len(values) == 0 {
		return nil, nil
	}
	as := query.AsOf{Tables: map[string]query.Version{}}
	for _, value := range values {
		name, version, named := strings.Cut(value, "=")
		if named && version != "" {
			if _, twice := as.Tables[name]; twice {
				return nil, fmt.Errorf("--as-of names %s twice", name)
			}
			as.Tables[name] = versionOf(version)
			continue
		}
		t, err := time.Parse(time.RFC3339Nano, value)
		if err != nil || len(values) > 1 {
			return nil, fmt.Errorf("--as-of %s is neither the one RFC 3339 time for all tables nor NAME=VERSION", value)
		}
		as = query.AsOf{Time: t}
	}
	return json.Marshal(as)
}

// versionOf reads a number, a tag or a time.
func versionOf(text string) query.Version {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return query.Version{Number: n}
	}
	return query.VersionOf(text)
}
