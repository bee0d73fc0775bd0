package fleet_test

import (
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const objectsEach = 4

func (c *crashClient) allKeys() (keys []string) {
	for i := range objectsEach {
		keys = append(keys, fmt.Sprintf("u/c%d/%d", c.number, i))
	}
	return keys
}

func (c *crashClient) key() string { return c.allKeys()[c.dice.IntN(objectsEach)] }

// bytes are those of an object: mostly few.
func (c *crashClient) bytes() string {
	size := c.dice.IntN(4096)
	if c.dice.IntN(5) == 0 {
		size = 1<<20 + c.dice.IntN(4<<20)
	}
	b := make([]byte, 0, size+8)
	for len(b) < size {
		n := c.dice.Uint64()
		for range 8 {
			b, n = append(b, byte(n)), n>>8
		}
	}
	return fmt.Sprintf("%d/%d ", c.number, c.serial) + string(b)
}

// write makes an operation that puts bytes under a key.
func (c *crashClient) write(kind, key string, condition storage.Condition) operation {
	bytes := c.bytes()
	fresh := c.world.objects[key] == gone
	return operation{
		kind: kind, what: fmt.Sprintf("%s, %d bytes, %+v", key, len(bytes), condition), key: key, again: condition == storage.Condition{},
		apply: func(w *world) { w.objects[key] = bytes },
		do: func(try int) error {
			ctx, cancel := c.context()
			defer cancel()
			stored, created, err := c.storage.Put(ctx, key, strings.NewReader(bytes), int64(len(bytes)), condition)
			if err == nil && (stored.Size != int64(len(bytes)) || try == 1 && created != fresh) {
				err = wrong("%d bytes stored, created %t; want %d and %t", stored.Size, created, len(bytes), fresh)
			}
			return err
		},
	}
}

func (c *crashClient) puts() (operation, bool) {
	return c.write("put", c.key(), storage.Condition{}), true
}

// putsIf writes under a condition that holds, or under one that does not.
func (c *crashClient) putsIf() (operation, bool) {
	key := c.key()
	absent, fails := c.world.objects[key] == gone, c.dice.IntN(3) == 0
	condition := storage.Condition{IfNoneMatch: absent != fails}
	if !condition.IfNoneMatch {
		condition.IfMatch = `"0123456789abcdef"`
		if !fails {
			ctx, cancel := c.context()
			defer cancel()
			o, err := c.storage.Head(ctx, key)
			if err != nil {
				return operation{}, false // it will be asked for again
			}
			condition.IfMatch = o.ETag
		}
	}
	o := c.write("conditional put", key, condition)
	if fails {
		o.refusal, o.apply = storage.ErrPreconditionFailed, nil
	}
	return o, true
}

func (c *crashClient) deletes() (operation, bool) {
	key := c.key()
	return operation{
		kind: "delete", what: key, key: key, again: true, apply: func(w *world) { w.objects[key] = gone },
		do: func(int) error {
			ctx, cancel := c.context()
			defer cancel()
			return c.storage.Delete(ctx, key)
		},
	}, true
}
