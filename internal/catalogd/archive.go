package catalogd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// The pointer is written with every commit, so it must not grow with the
// number of appends. When it holds many receipts, or long ones, they go into
// an object of their own that the pointer names.
const (
	maxRecent     = 64       // receipts in a pointer
	maxRecentBulk = 64 << 10 // bytes of their notes and columns
	maxSegments   = 16       // before they are merged into one
)

// archived names a segment: an immutable object with older receipts.
type archived struct {
	Key      string    `json:"key"`
	Receipts int       `json:"receipts"`
	Newest   time.Time `json:"newest"`
	// Gone: the content of all of them is not in the current version any more, for
	// those that do not say otherwise since the version Until.
	Gone  bool  `json:"gone,omitempty"`
	Until int64 `json:"until,omitempty"`
}

// lives tells whether some of the segment's receipts may still answer their keys.
func (a *archived) lives(now time.Time) bool { return withinKeyLife(a.Newest, now) }

func receiptsPrefix(datasetID string) string { return "datasets/" + datasetID + "/receipts/" }

// segment is an archived object as it was read.
type segment struct {
	receipts receipts
	byHash   map[string]int // of those that are not gone
	byKey    map[string]int
	live     int   // that are not gone
	weight   int64 // bytes in memory, about
}

func newSegment(rs receipts) *segment {
	s := &segment{receipts: rs, byHash: make(map[string]int, len(rs)), byKey: map[string]int{}}
	for i, r := range rs {
		s.weight += receiptBytes + int64(r.bulk())
		if !r.Gone {
			s.byHash[r.ContentHash] = i
			s.live++
		}
		if r.Key != "" {
			s.byKey[r.Key] = i
		}
	}
	return s
}

// ledger is all that is remembered of a dataset's registrations: the pointer's
// receipts, and the segments that it names, in the same order.
type ledger struct {
	recent   receipts
	refs     []archived
	segments []*segment
}

// byKey finds the registration that came with the key within its life.
func (l ledger) byKey(key string, now time.Time) (receipt, bool) {
	for _, r := range l.recent {
		if r.Key == key && r.lives(now) {
			return r, true
		}
	}
	for _, s := range l.segments {
		if i, ok := s.byKey[key]; ok && s.receipts[i].lives(now) {
			return s.receipts[i], true
		}
	}
	return receipt{}, false
}

// byContent finds the registration that brought the content into the current
// version; in Replace mode only if the version holds nothing else, in Rewrite mode
// only if nothing came after it: the same rows again may set back what did.
func (l ledger) byContent(mode catalog.Mode, hash, variant string) (found receipt, ok bool) {
	if mode == catalog.Rewrite {
		last, some := l.last()
		return last, some && last.ContentHash == hash && last.Variant == variant
	}
	live := 0
	for i, s := range l.segments {
		if l.refs[i].Gone {
			continue
		}
		live += s.live
		if at, in := s.byHash[hash]; in {
			found, ok = s.receipts[at], true
		}
	}
	for _, r := range l.recent {
		if r.Gone {
			continue
		}
		live++
		if r.ContentHash == hash {
			found, ok = r, true
		}
	}
	return found, ok && (mode == catalog.Append || live == 1 && found.Variant == "")
}

// last gives the newest registration whose content is in the current version.
func (l ledger) last() (receipt, bool) {
	for _, r := range slices.Backward(l.recent) {
		if !r.Gone {
			return r, true
		}
	}
	for i, s := range slices.Backward(l.segments) {
		if l.refs[i].Gone {
			continue
		}
		for _, r := range slices.Backward(s.receipts) {
			if !r.Gone {
				return r, true
			}
		}
	}
	return receipt{}, false
}

// answeredWith tells whether the answer to a key within its life has the columns
// of a schema.
func (l ledger) answeredWith(schemaID int, now time.Time) bool {
	answer := func(r receipt) bool {
		return r.Answer != nil && r.Answer.SchemaID == schemaID && r.lives(now)
	}
	return slices.ContainsFunc(l.recent, answer) || slices.ContainsFunc(l.segments, func(s *segment) bool {
		return slices.ContainsFunc(s.receipts, answer)
	})
}

// ledger gives what is remembered of the registrations of a dataset. Segments
// are read when they are first asked for.
func (e *engine) ledger(ctx context.Context, h *head) (ledger, error) {
	known := ledger{recent: h.Receipts, refs: h.Archive}
	if len(h.Archive) == 0 {
		return known, nil
	}
	if read := h.segments.Load(); read != nil {
		e.dir.tables.used(h)
		known.segments = *read
		return known, nil
	}
	h.reading.Lock()
	defer h.reading.Unlock()
	if read := h.segments.Load(); read != nil {
		known.segments = *read
		return known, nil
	}
	read, err := e.store.segments(ctx, h.Archive)
	if err != nil {
		return ledger{}, err
	}
	h.segments.Store(&read)
	e.dir.tables.loaded(h)
	known.segments = read
	return known, nil
}

func (s *store) segments(ctx context.Context, refs []archived) ([]*segment, error) {
	read := make([]*segment, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	for i, ref := range refs {
		g.Go(func() error {
			data, err := s.readLocation(ctx, s.location(ref.Key))
			if err != nil {
				return err
			}
			var rs receipts
			if err := json.Unmarshal(data, &rs); err != nil {
				return fmt.Errorf("receipts %s: %w", ref.Key, err)
			}
			read[i] = newSegment(rs)
			return nil
		})
	}
	return read, g.Wait()
}

// spill moves the recent receipts into a segment, where they are many or long;
// too many segments become one. It gives the ledger after that, the object to
// write, and the keys of those that it replaces.
func (l ledger) spill(datasetID string, keep keeping) (after ledger, made []blob, replaced []string, err error) {
	bulk := 0
	for _, r := range l.recent {
		bulk += r.bulk()
	}
	if len(l.recent) < maxRecent && bulk < maxRecentBulk {
		return l, nil, nil, nil
	}
	moved := l.recent
	after = ledger{refs: l.refs, segments: l.segments}
	if len(l.refs) >= maxSegments {
		moved = nil
		for i, s := range l.segments {
			replaced = append(replaced, l.refs[i].Key)
			moved = append(moved, s.retired(l.refs[i]).still(0, keep)...)
		}
		moved = append(moved, l.recent.still(0, keep)...)
		after = ledger{}
	}
	text, err := json.Marshal(moved)
	if err != nil {
		return l, nil, nil, err
	}
	ref := archived{Key: receiptsPrefix(datasetID) + catalog.NewID() + ".json", Receipts: len(moved), Newest: keep.now}
	for _, r := range moved {
		if r.At.After(ref.Newest) { // the clock has gone back since
			ref.Newest = r.At
		}
	}
	after.refs = append(after.refs[:len(after.refs):len(after.refs)], ref)
	after.segments = append(after.segments[:len(after.segments):len(after.segments)], newSegment(moved))
	return after, []blob{{key: ref.Key, data: text}}, replaced, nil
}

// retired gives a segment's receipts as the pointer has them.
func (s *segment) retired(ref archived) receipts {
	if !ref.Gone {
		return s.receipts
	}
	rs := slices.Clone(s.receipts)
	for i := range rs {
		if !rs[i].Gone {
			rs[i].Gone, rs[i].Until = true, ref.Until
		}
	}
	return rs
}

// replaced gives the ledger after the content was replaced by a version. What was
// archived counts as long as its keys live, or a version is kept that has it.
func (l ledger) replaced(version int64, keep keeping) (after ledger, dropped []string) {
	after.recent = l.recent
	for i, ref := range l.refs {
		if !ref.Gone {
			ref.Gone, ref.Until = true, version
		}
		needed := func(r receipt) bool { return keep.any(r.Version, r.Until) }
		if !ref.lives(keep.now) && !slices.ContainsFunc(l.segments[i].retired(ref), needed) {
			dropped = append(dropped, ref.Key)
			continue
		}
		after.refs = append(after.refs, ref)
		after.segments = append(after.segments, l.segments[i])
	}
	return after, dropped
}

// contentOf gives the receipts of what a version holds, as far as they are known.
func (l ledger) contentOf(version int64) (found receipts) {
	take := func(rs receipts) {
		for _, r := range rs {
			if r.in(version) {
				found = append(found, r)
			}
		}
	}
	for i, s := range l.segments {
		take(s.retired(l.refs[i]))
	}
	take(l.recent)
	return found
}
