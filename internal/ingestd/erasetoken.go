package ingestd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// A token is asked.planned.state.check. It stands for what goes by a plan: the rows of
// the current version that match, and the older versions that hold such rows, with the
// tags of all of them. Versions never change, so those up to the planned one are told by
// its number. One that came since is part of what was confirmed where it holds either
// none of the rows, or just those that the planned one held; that it then goes too takes
// nothing along that the plan did not name.
const tokenSeparator = "."

// planned are the current versions that a plan was made for; 0: there was none.
type planned struct{ own, quarantine int64 }

func (p planned) String() string { return fmt.Sprintf("%d-%d", p.own, p.quarantine) }

// now is what a plan is made for that is made now.
func (e *erasure) now() planned {
	p := planned{own: e.own.current().Version}
	if e.quarantine != nil {
		p.quarantine = e.quarantine.current().Version
	}
	return p
}

// token is that of the plan that would have been made for versions of before, as far as
// what is there now tells. ok is false where more would go than by that plan.
func (e *erasure) token(p planned) (token string, ok bool, err error) {
	asked, err := e.asked()
	if err != nil {
		return "", false, err
	}
	own, ok := e.rows.since(e.own, p.own, e.req.KeepUnjudged)
	bad, fits := state{}, true
	if e.quarantine != nil {
		bad, fits = e.bad.since(e.quarantine, p.quarantine, false)
	}
	text, err := json.Marshal([]state{own, bad})
	sum := sha256.Sum256(text)
	return sealed(asked, p.String(), hex.EncodeToString(sum[:16])), ok && fits, err
}

// state is what a plan confirms of a dataset, or of a quarantine.
type state struct {
	DatasetID string // "": there was none
	Rows      tally  // of the version that was planned for
	Tagged    []taggedVersion
}

// taggedVersion is one that goes.
type taggedVersion struct {
	Version int64
	Tags    []string
}

// since gives the state that a version had which was current. ok is false where one
// that came since would go for other reasons than the rows of that.
func (j *judge) since(k *kept, version int64, keepUnjudged bool) (s state, ok bool) {
	if version > 0 {
		s.DatasetID = k.current().DatasetID
	}
	ok = true
	for i, m := range k.at {
		rows, judged := j.of(m)
		goes := rows.Rows > 0 || !judged && !keepUnjudged
		if goes && len(k.versions[i].Tags) > 0 {
			s.Tagged = append(s.Tagged, taggedVersion{m.Version, k.versions[i].Tags})
		}
		switch {
		case m.Version < version || !goes:
		case s.Rows == tally{} && judged:
			s.Rows = rows
		case s.Rows != rows || !judged:
			ok = false
		}
	}
	return s, ok && (version > 0 || s.Rows == tally{})
}

// sealed joins the parts of a token, and ends it with a few digits of their own, by which
// one that was mistyped is known.
func sealed(parts ...string) string {
	text := strings.Join(parts, tokenSeparator)
	sum := sha256.Sum256([]byte(text))
	return text + tokenSeparator + hex.EncodeToString(sum[:2])
}

// tokenParts takes a token apart; ok is false where it is none.
func tokenParts(token string) (asked string, p planned, ok bool) {
	parts := strings.Split(token, tokenSeparator)
	if len(parts) != 4 || token != sealed(parts[:3]...) {
		return "", p, false
	}
	n, err := fmt.Sscanf(parts[1], "%d-%d", &p.own, &p.quarantine)
	return parts[0], p, n == 2 && err == nil
}

// asked names what is asked.
func (e *erasure) asked() (string, error) {
	same := e.req
	same.Confirm, same.Name = "", e.name.String()
	text, err := json.Marshal(same)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), err
}

// stands tells whether the request's token stands for what would go now.
func (e *erasure) stands() (bool, error) {
	_, at, ok := tokenParts(e.req.Confirm)
	if !ok {
		return false, nil
	}
	token, ok, err := e.token(at)
	return ok && token == e.req.Confirm, err
}

// confirmed holds the request's token against a plan that was made now: it has to stand
// for what would go by that.
func (e *erasure) confirmed(plan ingest.Erasure) error {
	stands, err := e.stands()
	if err != nil || stands {
		return err
	}
	asked, _, ok := tokenParts(e.req.Confirm)
	want, _, _ := tokenParts(plan.Confirm)
	why := ""
	switch {
	case !ok:
		why = "the token is no plan's, so it was mistyped or cut short: copy it whole, or confirm the plan that is here"
	case asked != want:
		why = "the token is that of another plan, with another name, where or options: ask as that was asked, or confirm the plan that is here"
	default:
		return ingest.ErrEraseChanged.Errorf("what would go of %s is not what it was when this was planned, and nothing was erased: rows that match came or changed, or a tag on a version that goes; look at the new plan, and confirm that",
			plan.Dataset).With("plan", plan)
	}
	return ingest.ErrEraseChanged.Errorf("nothing was erased: %s", why).With("plan", plan)
}
