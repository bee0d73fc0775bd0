package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// connection is one session of the instance.
type connection struct {
	handle bindings.Connection
	begun  bool // a transaction
}

func connect(db bindings.Database) (*connection, error) {
	c := &connection{}
	if bindings.Connect(db, &c.handle) != bindings.StateSuccess {
		return nil, errors.New("duckdb: cannot connect")
	}
	return c, nil
}

// make runs statements whose work is for one query, in a transaction.
func (c *connection) make(sql string) error {
	if !c.begun {
		c.begun = true
		sql = "BEGIN;" + sql
	}
	return c.exec(sql)
}

// rollback takes back what make made. Where it cannot, the worker has to end.
func (c *connection) rollback() error {
	if !c.begun {
		return nil
	}
	c.begun = false
	if err := c.exec("ROLLBACK"); err != nil {
		return &wallError{fmt.Errorf("what a statement's run made cannot be taken back: %w", err)}
	}
	return nil
}

// close ends the session.
func (c *connection) close() { bindings.Disconnect(&c.handle) }

// whole refuses a text that C would read only up to its first NUL.
func whole(sql string) error {
	if strings.IndexByte(sql, 0) >= 0 {
		return &workerFailure{Kind: failInvalid, Message: "a statement cannot hold a NUL character", Position: -1}
	}
	return nil
}

// exec runs statements and drops what they answer.
func (c *connection) exec(sql string) error {
	if err := whole(sql); err != nil {
		return err
	}
	var result bindings.Result
	defer bindings.DestroyResult(&result)
	if bindings.Query(c.handle, sql, &result) != bindings.StateSuccess {
		return engineError(bindings.ResultError(&result))
	}
	return nil
}

// text runs a statement and gives the text columns of its rows.
func (c *connection) text(sql string) ([][]string, error) {
	var result bindings.Result
	defer bindings.DestroyResult(&result)
	if bindings.Query(c.handle, sql, &result) != bindings.StateSuccess {
		return nil, engineError(bindings.ResultError(&result))
	}
	return textRows(&result)
}

// textRows reads a result whose columns are all VARCHAR and never NULL.
func textRows(result *bindings.Result) ([][]string, error) {
	var rows [][]string
	for {
		chunk := bindings.FetchChunk(*result)
		if chunk.Ptr == nil {
			break
		}
		columns := int(bindings.DataChunkGetColumnCount(chunk))
		for row := range bindings.DataChunkGetSize(chunk) {
			values := make([]string, columns)
			for column := range columns {
				vector := bindings.DataChunkGetVector(chunk, bindings.IdxT(column))
				values[column] = stringAt(bindings.VectorGetData(vector), int(row))
			}
			rows = append(rows, values)
		}
		bindings.DestroyDataChunk(&chunk)
	}
	if message := bindings.ResultError(result); message != "" {
		return nil, engineError(message)
	}
	return rows, nil
}

// engineError reads DuckDB's error, which errors_as_json makes JSON, with a
// prefix before that of the parser's.
func engineError(message string) *workerFailure {
	var detail struct {
		Type     string `json:"exception_type"`
		Message  string `json:"exception_message"`
		Position string `json:"position"`
		Status   string `json:"status_code"` // of an answer over HTTP
	}
	f := &workerFailure{Kind: failInternal, Message: message, Position: -1}
	if i := strings.IndexByte(message, '{'); i >= 0 && json.Unmarshal([]byte(message[i:]), &detail) == nil && detail.Type != "" {
		f.Message = detail.Message
		f.Position = bytePosition(detail.Position)
		status, _ := strconv.Atoi(detail.Status)
		f.Kind = kindOf(detail.Type, detail.Message, status)
	}
	return f
}

// kindOf sorts DuckDB's exception types by who has to act.
func kindOf(exception, message string, status int) failureKind {
	if kind, ok := sortHTTP(exception, message, status); ok {
		return kind
	}
	if strings.HasPrefix(message, "Failed to read file") || strings.Contains(message, "TProtocolException") {
		return failDamaged
	}
	switch exception {
	case "Out of Memory":
		if strings.Contains(message, "max_temp_directory_size") {
			return failSpill
		}
		return failMemory
	case "INTERRUPT", "Interrupt":
		return failInterrupted
	case "Permission":
		return failNotAllowed
	case "INTERNAL", "FATAL", "IO", "Serialization", "TransactionContext", "Unknown":
		return failInternal
	}
	return failInvalid
}
