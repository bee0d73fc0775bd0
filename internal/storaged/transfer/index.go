package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// What a name of vectord leads to, or belongs to a snapshot, lies under a stem and a slash.
// While the pointer stays as it is an index changes: objects of its log are added, merged into the first of them and
// removed, generations come and go (package vectord/durable has the layout). Any moment of
// it can be opened, as after a crash; a mixture of two cannot. So a stem is copied as it
// was at one moment: each object in the version that a listing had.

// maxTries is how often a stem is listed anew because an object had gone, or was another
// one, before it was copied. Each try has less to do, for what was copied stays copied.
const maxTries = 100

// moving is a stem and what the target has of it.
type moving struct {
	stem     string
	pointers []string        // of the target, that lead to it
	told     map[string]bool // keys that Done was told of
}

// stemAt gives the stem that an object of vectord lies at, if it is no pointer.
func stemAt(key string) string {
	parts := strings.Split(key, "/")
	depth := 2 // vectors/<id>
	if strings.HasPrefix(key, indexSnapshots) {
		depth = 4 // vectors/snapshots/<index>/<snapshot>
	}
	return strings.Join(parts[:min(depth, len(parts))], "/")
}

// stemOf gives where a pointer leads to, "" for one of the catalog or an alias.
func stemOf(p pointer) (string, error) {
	switch {
	case strings.HasPrefix(p.key, indexSnapshots):
		return strings.TrimSuffix(p.key, aboutSnapshot), nil
	case !strings.HasPrefix(p.key, indexNames):
		return "", nil
	}
	var leads struct {
		ID string `json:"index_id"`
	}
	if err := json.Unmarshal(p.bytes, &leads); err != nil {
		return "", fmt.Errorf("%s leads nowhere that can be read (%w); put it back from a backup", p.key, err)
	}
	if leads.ID == "" {
		return "", nil
	}
	return indexes + leads.ID, nil
}

// copyIndexes copies what pointers lead to.
func (c *copier) copyIndexes(ctx context.Context, saved []pointer) error {
	there, err := readPointers(ctx, c.to)
	if err != nil {
		return err
	}
	leading := map[string][]string{} // the target's pointers, by stem
	for _, p := range there {
		stem, err := stemOf(p)
		if err != nil {
			return fmt.Errorf("in the target, %w", err)
		}
		if stem != "" {
			leading[stem] = append(leading[stem], p.key)
		}
	}
	c.indexes = 0
	wanted := map[string]bool{}
	for _, p := range saved {
		stem, err := stemOf(p)
		if err != nil {
			return err
		}
		if stem == "" {
			continue
		}
		wanted[stem] = true
		if err := c.bring(ctx, &moving{stem, leading[stem], map[string]bool{}}); err != nil {
			return err
		}
		if strings.HasPrefix(p.key, indexNames) {
			c.indexes++
		}
	}
	if err := c.conflict(); err != nil {
		return err
	}
	return c.sweep(ctx, func(stem string) bool { return wanted[stem] || leading[stem] != nil })
}

// sweep removes what the target has at stems that no pointer leads to. A pass left it, or
// an earlier copy, of what was dropped since and perhaps erased.
func (c *copier) sweep(ctx context.Context, led func(stem string) bool) error {
	for object, err := range list(ctx, c.to, indexes) {
		if err != nil {
			return err
		}
		if isPointer(object.Key) || led(stemAt(object.Key)) {
			continue
		}
		if err := c.to.Delete(ctx, object.Key); err != nil {
			return err
		}
	}
	return nil
}

// bring makes the target hold of a stem what the source held at one moment. What the
// target has a pointer to is not touched unless it may be replaced; then the pointer goes
// first, so that it never leads to half of the one and half of the other.
func (c *copier) bring(ctx context.Context, m *moving) error {
	for range maxTries {
		now, still, err := c.moment(ctx, m.stem)
		if err != nil {
			return err
		}
		if !still {
			continue
		}
		if len(m.pointers) > 0 {
			if settled, err := c.settle(ctx, m, now); settled || err != nil {
				return err
			}
		}
		if whole, err := c.mirror(ctx, m, now); whole || err != nil {
			c.seen.Add(int64(len(now)))
			return err
		}
	}
	return fmt.Errorf("what is under %s changed in each of %d tries; stop what writes to it, and run the copy again", m.stem, maxTries)
}

// moment lists what a stem is. A listing takes a while, so a second one has to find all
// of the first unchanged, and what it has beside that has to be of later: then there was
// a moment between them at which the first was true.
func (c *copier) moment(ctx context.Context, stem string) (now []storage.Object, still bool, err error) {
	if now, err = c.at(ctx, stem); err != nil {
		return nil, false, err
	}
	after, err := c.at(ctx, stem)
	if err != nil {
		return nil, false, err
	}
	last, unchanged := "", 0
	for _, o := range now {
		last = o.Key
	}
	for _, o := range after {
		i, found := slices.BinarySearchFunc(now, o.Key, func(n storage.Object, key string) int { return strings.Compare(n.Key, key) })
		switch {
		case found && now[i].ETag == o.ETag && now[i].Size == o.Size:
			unchanged++
		case found, o.Key < last && !strings.HasPrefix(o.Key, stem+"/generations/"):
			return nil, false, nil
		}
	}
	return now, unchanged == len(now), nil
}

// at lists what of the source is at a stem, in the order of keys.
func (c *copier) at(ctx context.Context, stem string) (objects []storage.Object, err error) {
	for object, err := range list(ctx, c.from, stem+"/") {
		if err != nil {
			return nil, err
		}
		if !isPointer(object.Key) && stemAt(object.Key) == stem {
			objects = append(objects, object)
		}
	}
	return objects, nil
}
