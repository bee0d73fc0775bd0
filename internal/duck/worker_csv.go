package duck

/*
#include <stdlib.h>

// The function of DuckDB's C API that reads an Arrow stream, which the bindings have
// behind a build tag.
extern int duckdb_arrow_scan(void *connection, const char *table, void *stream);
*/
import "C"

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/cdata"
	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/csvread"
)

// convertCSV writes a CSV's rows as files, in their order. DuckDB keeps that in one
// file alone, so each file is a statement of its own.
func (w *worker) convertCSV(c *connection, csv *CSV) error {
	input, err := os.Open(csv.Path)
	if err != nil {
		return err
	}
	defer input.Close()
	if _, err := input.Seek(csv.Table.Offset, io.SeekStart); err != nil {
		return err
	}
	rows, err := csvread.New(input, csv.Table, w.threads, mallocator.NewMallocator())
	if err != nil {
		return err
	}
	defer rows.Close()
	roll := newRoll(csv)
	for rows.More() {
		if err := w.checkInterrupt(); err != nil {
			return err
		}
		roll.next()
		text, err := c.copyPart(rows, csv, roll)
		if err != nil {
			return err
		}
		if err := roll.learn(text); err != nil {
			return err
		}
	}
	return nil
}

// copyPart writes the rows that come next as one file, and gives how much text they were.
func (c *connection) copyPart(rows *csvread.Reader, csv *CSV, roll *roll) (text int64, err error) {
	part := rows.Part(roll.full)
	release, err := c.view(CSVTable, part)
	if err != nil {
		return 0, err
	}
	defer release()
	err = c.exec(fmt.Sprintf("COPY (%s) TO %s (%s)", csv.Select, Literal(roll.file), csv.Options))
	if part.Err() != nil {
		err = part.Err() // DuckDB says it too, in its own words
	}
	return part.Text(), err
}

// view lets statements read records as a table, once. The reader is released.
func (c *connection) view(name string, records array.RecordReader) (release func(), err error) {
	stream := (*cdata.CArrowArrayStream)(C.calloc(1, C.size_t(unsafe.Sizeof(cdata.CArrowArrayStream{}))))
	cdata.ExportRecordReader(records, stream)
	release = func() {
		cdata.ReleaseCArrowArrayStream(stream)
		C.free(unsafe.Pointer(stream))
	}
	table := C.CString(name)
	defer C.free(unsafe.Pointer(table))
	if C.duckdb_arrow_scan(c.handle.Ptr, table, unsafe.Pointer(stream)) != 0 {
		release()
		return nil, errors.New("duckdb: records cannot be made a table")
	}
	return release, nil
}
