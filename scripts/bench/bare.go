package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the peer: the driver "duckdb"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// bareCopy lets DuckDB convert the file in a process of its own, with its
// defaults, and gives the statement's time and the process's peak memory. Given
// columns are told it as read_csv's columns.
func (b *bench) bareCopy(ctx context.Context, file csvFile, given []catalog.Column) (time.Duration, int64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	to := filepath.Join(b.scratch, "bare.parquet")
	defer os.Remove(to)
	cmd := exec.CommandContext(ctx, self, "copy", file.path, to, duckColumns(given))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("bare COPY: %w", err)
	}
	nanos, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return 0, 0, err
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return time.Duration(nanos), int64(usage.Maxrss) << 10, nil
}

// copyMain is the process of bareCopy: it prints the nanoseconds of the COPY.
func copyMain(from, to, columns string) int {
	err := func() error {
		db, err := openDuck()
		if err != nil {
			return err
		}
		defer db.Close()
		if err := db.Ping(); err != nil {
			return err
		}
		took, err := measure.Timed(func() error {
			_, err := db.Exec(fmt.Sprintf("COPY (FROM read_csv(%s%s)) TO %s (FORMAT parquet, COMPRESSION zstd)", quote(from), columns, quote(to)))
			return err
		})
		if err == nil {
			_, err = io.WriteString(os.Stdout, strconv.FormatInt(took.Nanoseconds(), 10)+"\n")
		}
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// duckColumns writes columns as read_csv's argument of that name, in DuckDB's types.
func duckColumns(list []catalog.Column) string {
	if len(list) == 0 {
		return ""
	}
	var s []string
	for _, c := range list {
		name := strings.NewReplacer("long", "BIGINT", "string", "VARCHAR").Replace(c.Type)
		s = append(s, quote(c.Name)+": "+quote(name))
	}
	return ", columns = {" + strings.Join(s, ", ") + "}"
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
