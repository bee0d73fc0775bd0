package metadata_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

func matchesAll(t *testing.T, filter string) bool {
	t.Helper()
	f, err := metadata.ParseFilter([]byte(filter))
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	return f.MatchesAll()
}

// What a filter says is every item, in whatever words it does.
func TestEveryWayToSayAll(t *testing.T) {
	for _, filter := range []string{
		`{}`, `{"and":[]}`, `{"and":[{}]}`, `{"not":{"or":[]}}`, `{"or":[{},{"a":1}]}`,
		`{"not":{"a":{"in":[]}}}`, `{"or":[{"a":1},{"not":{"a":{"in":[]}}}]}`, `{"not":{"a":{"in":[]},"b":1}}`,
		`{"not":{"or":[{"a":{"in":[]}},{"b":{"in":[]}}]}}`, `{"not":{"not":{"not":{"or":[]}}}}`,
		`{"or":[{"a":{"exists":true}},{"a":{"exists":false}}]}`, `{"not":{"a":{"exists":false,"in":[1]}}}`,
		`{"or":[{"a":1},{"not":{"a":1.0}}]}`, `{"or":[{"not":{"a":1}},{"a":{"in":[2,1]}}]}`, `{"or":[{"not":{"a":1}},{"a":{"exists":true}}]}`,
		`{"or":[{"a":1,"b":1},{"a":1,"not":{"b":1}},{"not":{"a":1}}]}`,
		`{"not":{"a":{"gt":5,"lt":3}}}`, `{"not":{"a":{"gte":5,"lt":5}}}`, `{"not":{"a":{"gt":5,"lt":5.000000000000001}}}`,
		`{"not":{"a":{"gt":9223372036854775807,"lt":9223372036854775808}}}`, `{"not":{"a":{"gt":1.7976931348623157e308}}}`,
		`{"not":{"a":{"lt":-1.7976931348623157e308}}}`, `{"not":{"a":{"lt":""}}}`, `{"not":{"a":{"gt":"x","lt":"x\u0000"}}}`,
		`{"not":{"a":{"gt":true}}}`, `{"not":{"a":{"gt":false,"lt":true}}}`,
		`{"or":[{"a":{"gte":5}},{"not":{"a":{"gt":5,"lt":9}}}]}`, `{"or":[{"not":{"a":{"gte":5,"lte":7}}},{"a":{"gt":4,"lt":8}}]}`,
		`{"or":[{"a":{"lt":"m"}},{"not":{"a":"b"}}]}`,
	} {
		if !matchesAll(t, filter) {
			t.Errorf("%s is not known to match every item", filter)
		}
	}
}

// What some item would not match may be asked for, though all that there are may match it.
func TestWhatIsNotAll(t *testing.T) {
	for _, filter := range []string{
		`{"or":[]}`, `{"a":{"in":[]}}`, `{"not":{}}`, `{"a":1}`, `{"a":{"exists":true}}`, `{"a":{"exists":false}}`, `{"not":{"a":1}}`,
		`{"not":{"a":{"in":[1,"x"]}}}`, `{"not":{"a":{"gt":5,"lt":6}}}`, `{"not":{"a":{"gte":5,"lte":5}}}`, `{"not":{"a":{"gt":"x","lt":"xa"}}}`,
		`{"not":{"a":{"gt":9223372036854775806,"lt":9223372036854775808}}}`, `{"not":{"a":{"gte":9223372036854775807,"lt":9223372036854775808}}}`,
		`{"or":[{"not":{"a":1}},{"not":{"a":2}}]}`, // [1,2] is both
		`{"not":{"and":[{"a":{"gt":5}},{"a":{"lt":3}}]}}`, `{"or":[{"a":{"lt":5}},{"a":{"gte":5}}]}`, `{"or":[{"a":1},{"not":{"b":1}}]}`,
		`{"or":[{"a":{"gt":5}},{"not":{"a":{"gte":5}}}]}`, `{"or":[{"a":{"lt":7}},{"not":{"a":{"lte":7}}}]}`, `{"or":[{"a":1},{"not":{"a":"1"}}]}`,
		`{"not":{"a":{"gte":true}}}`, `{"not":{"a":{"lte":""}}}`,
		`{"not":{"a":{"in":[` + strings.Repeat("1,2,", 50_000) + `3]}}}`,
	} {
		if matchesAll(t, filter) {
			t.Errorf("%.80s is taken to match every item", filter)
		}
	}
}

// What would take too long to know is not known: however little of a filter hangs on claims,
// all of it is looked at for all that may be supposed of them.
func TestWhatIsTooMuchToJudge(t *testing.T) {
	var either []string
	for n := range 9 {
		either = append(either, fmt.Sprintf(`{"or":[{"a%[1]d":1},{"not":{"a%[1]d":1}}]}`, n))
	}
	all := `{"and":[` + strings.Join(either, ",") + `]}`
	if !matchesAll(t, all) {
		t.Errorf("%s is not known to match every item", all)
	}
	for what, idle := range map[string]string{
		"many terms":   strings.Repeat(`{"z":{"in":[]}},`, 10_000),
		"empty ranges": strings.Repeat(`{"z":{"gt":2,"lt":1}},`, 10_000),
		"a long text":  `{"a0":"` + strings.Repeat("x", 200_000) + `"},`,
		"a long field": `{"` + strings.Repeat("x", 200_000) + `":{"in":[]}},`,
	} {
		if matchesAll(t, `{"or":[`+idle+all+`]}`) {
			t.Errorf("%s: there was no end to what was judged", what)
		}
	}
}

// What is known to match every item matches every one.
func TestAllIsEveryItem(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	s := metadata.New()
	var items []string
	for _, a := range []string{`null`, `1`, `2`, `3`, `"x"`, `true`, `[1,2]`, `[1,3]`, `[2,"x"]`, `[1,2,3,"x",true]`} {
		for _, b := range []string{`null`, `1`, `2`, `[1,2]`, `["x",3]`} {
			items = append(items, fmt.Sprintf(`{"a":%s,"b":%s}`, a, b))
		}
	}
	keep(t, s, items...)
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	var filter func(depth int) string
	filter = func(depth int) string {
		if depth == 0 || r.IntN(4) == 0 {
			return fmt.Sprintf(`{"%s":%s}`, one("a", "b"), one(`1`, `2`, `"x"`, `{"in":[]}`, `{"in":[1,2]}`, `{"exists":true}`, `{"exists":false}`,
				`{"gt":1}`, `{"gte":2}`, `{"lt":2}`, `{"gt":1,"lt":3}`, `{"gt":2,"lte":2}`, `{"gte":"x"}`, `{"lte":true}`))
		}
		return fmt.Sprintf(one(`{"and":[%s,%s]}`, `{"or":[%s,%s]}`, `{"or":[%s,{"not":%s}]}`, `{"not":{"and":[%s,{"not":%s}]}}`), filter(depth-1), filter(depth-1))
	}
	all, known := 0, 0
	for range 3000 {
		f := filter(3)
		every := len(match(t, s, f)) == len(items)
		switch is := matchesAll(t, f); {
		case is && !every:
			t.Fatalf("%s is taken to match every item, and does not", f)
		case is:
			known++
			fallthrough
		case every:
			all++
		}
	}
	t.Logf("of %d that match all of these items %d say so", all, known)
	if known < all/2 {
		t.Errorf("of %d that match all of these items %d are known to match every one", all, known)
	}
}
