package durable

import (
	"context"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// roomToErase tells how many generations there is room for beside what there is now. Where
// it is one it may be in the reserve, of which half is left to whatever else makes room.
func (x *Index) roomToErase(ctx context.Context) (generations int, err error) {
	b, err := x.bucket(ctx)
	if err != nil || b.FreeBytes == nil || b.ReserveBytes == nil {
		return keptGenerations, err
	}
	need, free, reserve := x.mostSaved(), *b.FreeBytes, *b.ReserveBytes
	room := max(free-reserve, min(free, reserve)/2)
	switch {
	case free-reserve >= keptGenerations*need:
		return keptGenerations, nil
	case room >= need:
		return 1, nil
	}
	return 0, noRoom(b, "nothing was erased: that writes the index anew, up to", need, room)
}

// roomToWrite refuses a generation for which there surely is no room: each try would fill the
// disk up to its reserve, and remove that again.
func (x *Index) roomToWrite(ctx context.Context) error {
	b, err := x.bucket(ctx)
	if err != nil || b.FreeBytes == nil || b.ReserveBytes == nil {
		return err
	}
	need, room := x.leastSaved(), max(0, *b.FreeBytes-*b.ReserveBytes)
	if room >= need {
		return nil
	}
	return noRoom(b, "the index takes more than", need, room)
}

// reserveRetry is how long a client is asked to wait for somebody to make room.
const reserveRetry = 30 * time.Second

func noRoom(b storage.Bucket, what string, need, room int64) error {
	return storage.ErrDiskReserve.Errorf("%s %d bytes, and of the disk of bucket %s it may take %d; free space there", what, need, b.Name, room).
		With("free_bytes", *b.FreeBytes).With("reserve_bytes", *b.ReserveBytes).With("needed_bytes", need).After(reserveRetry)
}

// mostSaved is how many bytes a generation has, rather more than less.
func (x *Index) mostSaved() int64 {
	const (
		rest    = 1 << 20 // heads, and blocks that are not full
		values  = 4       // JSON, and its values in the form in which they are looked up
		idBytes = 128
	)
	s := x.engine.Stats()
	return rest + s.Bytes + values*s.Metadata + s.Lexical + int64(s.Count)*idBytes
}

// leastSaved is what a generation has at the least: items, without what finds them.
func (x *Index) leastSaved() int64 {
	s := x.engine.Stats()
	return int64(s.Count)*int64(x.engine.Config().Dimension)*4 + s.Metadata
}
