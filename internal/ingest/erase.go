package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of an erasure, beside the catalog's.
var (
	ErrBadCondition = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_condition", Title: "Condition that cannot be used"}
	ErrEraseChanged = &wire.Kind{Status: http.StatusConflict, Code: "erase_changed", Title: "What would be erased has changed"}
	// ErrEraseUnfinished: some of it has gone. The same request does the rest.
	ErrEraseUnfinished = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "erase_unfinished", Title: "Erasure begun and not finished"}
)

// Erase asks for rows to be erased: from the current version, from every older one,
// from the quarantine, and from storage. Without Confirm it is answered with the plan
// and changes nothing.
type Erase struct {
	Name  string `json:"name"`  // a dataset, or a quarantine by itself
	Where string `json:"where"` // one SQL expression over its columns, as after WHERE
	// Confirm is the plan's. Where more rows or tags would go by now than by that plan,
	// it is [ErrEraseChanged] with the new plan; rows that came and do not match change
	// nothing. The same request again, whatever became of the first, completes it.
	Confirm string `json:"confirm,omitempty"`
	// Quarantine says which rows of NAME__quarantine go: those whose text holds a
	// value that the matching rows have in the condition's columns, or those that the
	// condition compares columns with by = or IN ("matching", the default), or "all".
	Quarantine string `json:"quarantine,omitempty"`
	// KeepUnjudged keeps older versions that lack a column of the condition. Else
	// they go, for what they hold of the rows cannot be told.
	KeepUnjudged bool `json:"keep_unjudged,omitempty"`
}

// The words for Erase.Quarantine.
const (
	QuarantineMatching = "matching"
	QuarantineAll      = "all"
)

// Erasure is a plan, or what was done by one.
type Erasure struct {
	Dataset   string `json:"dataset"`
	Namespace string `json:"namespace"`
	DatasetID string `json:"dataset_id"`
	Erased    bool   `json:"erased"`            // false: a plan
	Confirm   string `json:"confirm,omitempty"` // to be sent back
	Version   int64  `json:"version"`           // the current one; once erased, the one without the rows
	Rows      int64  `json:"rows"`              // of the current version that match
	// Tags are the current version's, which becomes an older one that goes where it has
	// such rows; else none.
	Tags []string `json:"tags"`
	// Versions are the older ones that hold matching rows and go, tags and all, and
	// those that cannot be judged.
	Versions   []ErasedVersion   `json:"versions"`
	Quarantine *ErasedQuarantine `json:"quarantine"` // nil: there is none
	Objects    []string          `json:"objects"`    // keys of what was deleted; of a plan none
	Bytes      int64             `json:"bytes"`      // of those
}

// Empty tells that nothing would go.
func (e Erasure) Empty() bool {
	goes := func(v ErasedVersion) bool { return !v.Kept }
	return e.Rows == 0 && !slices.ContainsFunc(e.Versions, goes) &&
		(e.Quarantine == nil || e.Quarantine.Rows == 0 && !slices.ContainsFunc(e.Quarantine.Versions, goes))
}

// NewPlan gives the plan that [ErrEraseChanged] comes with.
func NewPlan(err error) (plan Erasure, ok bool) {
	var p *wire.Problem
	if !errors.As(err, &p) || !errors.Is(err, ErrEraseChanged) {
		return plan, false
	}
	text, err := json.Marshal(p.Fields["plan"])
	return plan, err == nil && json.Unmarshal(text, &plan) == nil && plan.Confirm != ""
}

// ErasedVersion is a version that an erasure takes away, unless Kept.
type ErasedVersion struct {
	Version int64    `json:"version"`
	Rows    int64    `json:"rows"` // that match; 0 where it cannot be judged
	Tags    []string `json:"tags"`
	Judged  bool     `json:"judged"` // false: it lacks a column of the condition
	Kept    bool     `json:"kept"`
}

// ErasedQuarantine is what goes of the quarantine.
type ErasedQuarantine struct {
	Dataset string `json:"dataset"`
	Rows    int64  `json:"rows"` // of its current version that go
	Stay    int64  `json:"stay"` // of its current version that do not
	// Judged is false where the condition may mean rows that stay: it tells rows apart
	// by other means than = and IN, which cannot be held against a text.
	Judged   bool            `json:"judged"`
	Tags     []string        `json:"tags"` // as in [Erasure]
	Versions []ErasedVersion `json:"versions"`
}

// Erase asks for an erasure or its plan.
func (c *Client) Erase(ctx context.Context, e Erase) (done Erasure, err error) {
	err = c.JSON(ctx, http.MethodPost, "/catalog/erase", nil, e, &done)
	return done, err
}
