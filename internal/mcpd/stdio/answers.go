package stdio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// answers is the way out.
type answers struct {
	mu     sync.Mutex
	out    io.Writer
	notes  session
	broken func(error) // is told that out takes no more
}

// refuse answers what was no request; a nil id is null, for one that is not known.
func (a *answers) refuse(id json.RawMessage, code int, why string) { a.send(failed(id, code, why)) }

func failed(id json.RawMessage, code int, why string) mcp.JSONRPCError {
	e := mcp.NewJSONRPCError(mcp.NewRequestId(nil), code, why, nil)
	if id != nil {
		e.ID = mcp.NewRequestId(id)
	}
	return e
}

// send writes an answer, and before it the notes that its request gave rise to.
func (a *answers) send(answer any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	for {
		select {
		case note := <-a.notes:
			_ = enc.Encode(note) // of texts and ids
			continue
		default:
		}
		break
	}
	if err := enc.Encode(answer); err != nil {
		a.broken(fmt.Errorf("an answer cannot be written as JSON: %w", err))
		return
	}
	if _, err := a.out.Write(text.Bytes()); err != nil {
		a.broken(fmt.Errorf("standard output: %w", err))
	}
}
