package guard

import "fmt"

// Kind says what a statement answers with.
type Kind string

// The kinds of statement that pass.
const (
	Select         Kind = "select"
	Describe       Kind = "describe"
	Summarize      Kind = "summarize"
	ShowTables     Kind = "show_tables"
	Explain        Kind = "explain"
	ExplainAnalyze Kind = "explain_analyze"
)

// Table names a table as the statement does. Schema is empty where the
// statement gives none. Identifiers of SQL are compared without case.
type Table struct {
	Schema string `json:"schema,omitempty"`
	Name   string `json:"name"`
	// Position is the byte offset of the name in the statement, -1 if unknown.
	Position int `json:"position"`
}

// Statement is what the guard learned about a statement that passed.
type Statement struct {
	Kind Kind `json:"kind"`
	// Tables are the tables that must exist, each once, in the order met.
	Tables []Table `json:"tables"`
	// Params is the number of positional parameters (? or $1).
	Params int `json:"params"`
	// Ordered tells of an ORDER BY without a LIMIT at the outermost level: a
	// LIMIT appended to the text spares sorting what nobody will read.
	Ordered bool `json:"ordered"`
	// Functions are the names of all functions, each once, in lower case; Changing
	// tells of what is no function and may give another value each time: a sample, or
	// a name like current_date.
	Functions []string `json:"-"`
	Changing  bool     `json:"-"`
	// Repeatable tells that the statement gives the same answer again for the same
	// parameters and the same rows in its tables. The guard leaves it to who knows the
	// functions.
	Repeatable bool `json:"repeatable,omitempty"`
	// Tree tells of EXPLAIN with FORMAT json: its answer is one value, in JSON.
	Tree      bool       `json:"tree,omitempty"`
	Condition *Condition `json:"condition,omitempty"` // of a predicate
}

// Refusal is the reason why a statement may not run.
type Refusal struct {
	// Invalid is true when the text is not SQL, false when it is not allowed.
	Invalid bool
	// Message says what is wrong and what to do instead.
	Message string
	// Position is the byte offset in the statement, -1 if unknown.
	Position int
}

func (r *Refusal) Error() string { return r.Message }

func refuse(position int, format string, args ...any) *Refusal {
	return &Refusal{Message: fmt.Sprintf(format, args...), Position: position}
}
