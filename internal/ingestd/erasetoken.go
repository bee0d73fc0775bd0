package ingestd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// token names what is asked and the state that it was planned for.
func (e *erasure) token() (string, error) {
	asked, err := e.asked()
	if err != nil {
		return "", err
	}
	state := []any{e.own.current().DatasetID, e.own.versions}
	if e.quarantine != nil {
		state = append(state, e.quarantine.current().DatasetID, e.quarantine.versions)
	}
	text, err := json.Marshal(state)
	sum := sha256.Sum256(text)
	return sealed(asked, hex.EncodeToString(sum[:16])), err
}

const tokenSeparator = "."

// sealed joins the parts of a token, and ends it with a few digits of their own, by which
// one that was mistyped is known.
func sealed(asked, state string) string {
	text := asked + tokenSeparator + state
	sum := sha256.Sum256([]byte(text))
	return text + tokenSeparator + hex.EncodeToString(sum[:2])
}

// tokenParts takes a token apart, where it has the parts of one.
func tokenParts(token string) (asked, state string, ok bool) {
	parts := strings.Split(token, tokenSeparator)
	if len(parts) != 3 {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// asked names what is asked.
func (e *erasure) asked() (string, error) {
	same := e.req
	same.Confirm, same.Name = "", e.name.String()
	text, err := json.Marshal(same)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), err
}

// otherThan says why a token is not the plan's.
func otherThan(confirm string, plan ingest.Erasure) error {
	asked, state, parts := tokenParts(confirm)
	now, _, _ := tokenParts(plan.Confirm)
	why := ""
	switch {
	case !parts || confirm != sealed(asked, state):
		why = "the token is no plan's, so it was mistyped or cut short: copy it whole, or confirm the plan that is here"
	case asked != now:
		why = "the token is that of another plan, with another name, where or options: ask as that was asked, or confirm the plan that is here"
	default:
		return changedSince(plan)
	}
	return ingest.ErrEraseChanged.Errorf("nothing was erased: %s", why).With("plan", plan)
}

func changedSince(plan ingest.Erasure) error {
	return ingest.ErrEraseChanged.Errorf("%s is not what it was when this was planned, and nothing was erased: look at the new plan, and confirm that", plan.Dataset).With("plan", plan)
}
