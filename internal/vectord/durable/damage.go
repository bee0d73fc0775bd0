package durable

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// Damage is something of an index that could not be read. It names no item.
type Damage struct {
	Key    string    `json:"key"`    // of the object, or of the one behind what is missing
	Detail string    `json:"detail"` // what is wrong, and what is lost as far as is known
	At     time.Time `json:"at"`     // when it was met first
}

const (
	keptDamage   = 16   // that is told at most, the last of it
	damageDetail = 1024 // bytes, at most
	damageFormat = 1
)

// damageKey is the object that says what was damaged, so that it is told after the next
// start as well. It is not among the index's own objects: what a place has lost is not true
// of a copy of the index that is put elsewhere.
func damageKey(id string) string { return "system/vectord/" + id + "/damage" }

type damageRecord struct {
	Format int      `json:"format"`
	Damage []Damage `json:"damage"`
}

// harmed notes damage, which a fresh generation is to mend. What is noted already keeps the
// time at which it was met first.
func (x *Index) harmed(key, format string, args ...any) {
	detail := fmt.Sprintf(format, args...)
	detail = strings.ToValidUTF8(detail[:min(len(detail), damageDetail)], "") // as it is read again
	d := Damage{Key: key, Detail: detail, At: time.Now().UTC().Truncate(time.Millisecond)}
	x.state.Lock()
	defer x.state.Unlock()
	x.heal = true
	if !slices.ContainsFunc(x.damage, func(known Damage) bool { return known.Key == d.Key && known.Detail == d.Detail }) {
		x.damage = append(x.damage, d)
		x.damage = x.damage[max(0, len(x.damage)-keptDamage):]
		x.unkept++
	}
	x.options.Log.Warn("an object of an index is damaged", "key", d.Key, "detail", d.Detail)
	x.look()
}

// recall reads what was damaged before, by an earlier process.
func (x *Index) recall(ctx context.Context) error {
	there, err := x.options.Storage.List(ctx, damageKey(x.options.ID), "", "", 1)
	if err != nil || len(there.Objects) == 0 { // as almost always
		return err
	}
	var kept damageRecord
	err = twice(ctx, func() error {
		_, err := readRecord(ctx, x.options.Storage, damageKey(x.options.ID), &kept)
		return err
	})
	switch {
	case err == nil && kept.Format == damageFormat:
		x.damage = kept.Damage
		return nil
	case err != nil && !blames(ctx, err):
		return err
	case err == nil:
		err = fmt.Errorf("it is of format %d, and this release reads %d", kept.Format, damageFormat)
	}
	x.harmed(damageKey(x.options.ID), "what was damaged before is not known any more: %v", err)
	return nil
}

// remember stores what is damaged, before it is mended: then only that knows of it.
func (x *Index) remember(ctx context.Context) error {
	x.state.Lock()
	list, news := slices.Clone(x.damage), x.unkept
	x.state.Unlock()
	if news == 0 {
		return nil
	}
	body, err := sealed.EncodeRecord(damageRecord{damageFormat, list})
	if err != nil {
		return err
	}
	err = patiently(ctx, x.options.Limits.Patience, func(ctx context.Context) error {
		_, _, err := x.options.Storage.Put(ctx, damageKey(x.options.ID), bytes.NewReader(body), int64(len(body)), storage.Condition{})
		return err
	})
	if err != nil {
		return err
	}
	x.state.Lock()
	defer x.state.Unlock()
	x.unkept -= news
	return nil
}

// Acknowledge forgets the damage that [Index.Stats] tell of. What is not mended yet is met
// again by the next start.
func (x *Index) Acknowledge(ctx context.Context) error {
	ctx, leave, err := x.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if err := x.alone(ctx); err != nil {
		return err
	}
	known := x.Stats().Damage
	if err := x.remove(ctx, damageKey(x.options.ID)); err != nil {
		return err
	}
	x.state.Lock()
	defer x.state.Unlock()
	x.damage = slices.DeleteFunc(x.damage, func(d Damage) bool { return slices.Contains(known, d) })
	x.unkept = len(x.damage)
	return nil
}
