//go:build !duckdb_arrow

package main

import (
	"context"
	"database/sql"
	"errors"
)

// drainArrow needs the driver's Arrow interface, which a build tag brings.
func drainArrow(context.Context, *sql.DB, string, func(int64) bool) (int64, error) {
	return 0, errors.New("built without -tags duckdb_arrow; scripts/bench/run.sh builds with it")
}
