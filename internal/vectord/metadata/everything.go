package metadata

import (
	"math"
	"slices"
)

// MatchesAll tells that a filter means every item by what it says, as {} does, whatever the
// items have. A long filter that says so only by many terms together may be missed.
func (f Filter) MatchesAll() bool {
	s := supposing{bytes: f.bytes, left: mostBytes}
	return s.always(f.test)
}

// mostBytes bounds what is judged of a filter, in bytes of it: each time once, and once more
// for each claim that is supposed, which all the others are held against.
const mostBytes = 1 << 25

// claim is one thing that a filter asks: whether a field has a value within bounds, or, where
// there are none, any value. A field may have several.
type claim struct {
	field  string
	bounds bounds
}

// supposing goes through what items there may be, claim by claim.
type supposing struct {
	claims []supposed
	bytes  int // of the filter
	left   int // bytes that may be judged yet
}

type supposed struct {
	claim
	holds bool
}

type verdict int

const (
	fails verdict = iota - 1
	open          // it hangs on a claim that nothing is supposed of
	holds
)

// always tells that a node holds however its claims do. It is not known to where there is too
// much to look at.
func (s *supposing) always(n node) bool {
	if s.left -= s.bytes * (1 + len(s.claims)); s.left < 0 {
		return false
	}
	is, hangs := s.judge(n)
	if is != open {
		return is == holds
	}
	for _, so := range []bool{true, false} {
		s.claims = append(s.claims, supposed{hangs, so})
		all := s.always(n)
		s.claims = s.claims[:len(s.claims)-1]
		if !all {
			return false
		}
	}
	return true
}

// judge tells whether a node holds by what is supposed, or else a claim that it hangs on.
func (s *supposing) judge(n node) (verdict, claim) {
	switch n := n.(type) {
	case every:
		return judgeList(n, fails, s.judge)
	case some:
		return judgeList(n, holds, s.judge)
	case no:
		is, hangs := s.judge(n.node)
		return -is, hangs
	case oneOf:
		return judgeList(n.values, holds, func(v value) (verdict, claim) { return s.ask(claim{n.field, bounds{gte: &v, lte: &v}}) })
	case exists:
		is, hangs := s.ask(claim{field: n.field})
		if !n.want {
			is = -is
		}
		return is, hangs
	case within:
		if n.bounds.empty() {
			return fails, claim{}
		}
		return s.ask(claim(n))
	}
	return fails, claim{} // there is no other node
}

// judgeList judges a list that one part decides, and else all of them.
func judgeList[T any](list []T, decides verdict, judge func(T) (verdict, claim)) (verdict, claim) {
	all, hangs := -decides, claim{}
	for _, part := range list {
		switch is, on := judge(part); {
		case is == decides:
			return is, on
		case is == open && all != open:
			all, hangs = open, on
		}
	}
	return all, hangs
}

// ask judges a claim by what is supposed of its field.
func (s *supposing) ask(c claim) (verdict, claim) {
	for _, known := range s.claims {
		switch {
		case known.field != c.field:
		case known.holds && c.bounds.cover(known.bounds):
			return holds, c
		case !known.holds && known.bounds.cover(c.bounds):
			return fails, c
		}
	}
	return open, c
}

// cover tells that what is within other bounds is within these.
func (b bounds) cover(c bounds) bool {
	if b.any() == nil {
		return true
	}
	if c.any() == nil || b.sort() != c.sort() {
		return false
	}
	return (b.gt == nil || before(b.gt, c.gte) || upTo(b.gt, c.gt)) &&
		(b.gte == nil || upTo(b.gte, c.gte) || upTo(b.gte, c.gt)) &&
		(b.lt == nil || before(c.lte, b.lt) || upTo(c.lt, b.lt)) &&
		(b.lte == nil || upTo(c.lte, b.lte) || upTo(c.lt, b.lte))
}

func before(v, w *value) bool { return v != nil && w != nil && v.compare(*w) < 0 }
func upTo(v, w *value) bool   { return v != nil && w != nil && v.compare(*w) <= 0 }

// empty tells that there is no value within bounds.
func (b bounds) empty() bool {
	return !slices.ContainsFunc(b.lowest(), func(v value) bool { return !b.below(v) && !b.above(v) })
}

// lowest gives values of which one is the least within the bounds, if there is any.
func (b bounds) lowest() (list []value) {
	switch {
	case b.sort() == boolean:
		return []value{{kind: boolean}, {kind: boolean, whole: 1}}
	case b.gt == nil && b.gte == nil && b.sort() == text:
		return []value{{kind: text}}
	case b.gt == nil && b.gte == nil:
		return []value{{kind: float, float: -math.MaxFloat64}}
	}
	if b.gte != nil {
		list = append(list, *b.gte)
	}
	if b.gt != nil {
		list = append(list, b.gt.next()...)
	}
	return list
}

// next gives values of which one is the first after a number or a text, if there is any.
func (v value) next() (list []value) {
	if v.kind == text {
		return []value{{kind: text, text: v.text + "\x00"}}
	}
	near := v.float
	if v.kind == whole {
		near = float64(v.whole)
		if v.whole < math.MaxInt64 {
			list = append(list, value{kind: whole, whole: v.whole + 1})
		}
	}
	for _, f := range []float64{near, math.Nextafter(near, math.Inf(1))} {
		switch {
		case isWhole(f):
			list = append(list, value{kind: whole, whole: int64(f)})
		case !math.IsInf(f, 0):
			list = append(list, value{kind: float, float: f})
		}
	}
	return list
}
