//go:build duckdb_arrow

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// drainArrow runs a statement in this process and takes its Arrow batches to
// their end, or until enough says so.
func drainArrow(ctx context.Context, db *sql.DB, statement string, enough func(rows int64) bool) (rows int64, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		arrow, err := duckdb.NewArrowFromConn(raw.(driver.Conn))
		if err != nil {
			return err
		}
		batches, err := arrow.QueryContext(ctx, statement)
		if err != nil {
			return err
		}
		defer batches.Release()
		for batches.Next() {
			rows += batches.RecordBatch().NumRows()
			if enough(rows) {
				return nil
			}
		}
		return batches.Err()
	})
	return rows, err
}
