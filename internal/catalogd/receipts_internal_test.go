package catalogd

import (
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestKeysLiveForADay: a key is answered for as long as is promised and not
// longer, from the pointer and from the archive, and no key is none. What came
// with a key is known by its content after that.
func TestKeysLiveForADay(t *testing.T) {
	at := time.Now()
	rs := receipts{{At: at, ContentHash: "x"}, {At: at, ContentHash: "y", Key: "k", Request: "r", Answer: &answered{SchemaID: 3}}}
	for where, l := range map[string]ledger{
		"pointer": {recent: rs},
		"archive": {segments: []*segment{newSegment(rs)}, refs: []archived{{Key: "receipts", Newest: at}}},
	} {
		for age, want := range map[time.Duration]bool{0: true, keyLife - 1: true, keyLife: false} {
			now := at.Add(age)
			if r, found := l.byKey("k", now); found != want || found && r.Request != "r" {
				t.Errorf("%s: a key of %s is answered: %t, %+v", where, age, found, r)
			}
			if l.answeredWith(3, now) != want || l.answeredWith(4, now) {
				t.Errorf("%s: the schema of an answer of %s is needed: %t", where, age, !want)
			}
			if _, found := l.byKey("", now); found {
				t.Errorf("%s: a registration without a key is found by it", where)
			}
			if _, found := l.byContent(catalog.Append, "y", ""); !found {
				t.Errorf("%s: the content is not known any more", where)
			}
			after, dropped := l.replaced(5, keeping{now: now})
			if _, found := after.byContent(catalog.Append, "y", ""); found && where == "archive" || len(dropped) > 0 != (where == "archive" && !want) {
				t.Errorf("%s: after %s a replacement drops %q", where, age, dropped)
			}
			if left := rs.still(5, keeping{now: now}); len(left) > 0 != want {
				t.Errorf("after %s a replacement leaves %+v", age, left)
			}
		}
	}
}
