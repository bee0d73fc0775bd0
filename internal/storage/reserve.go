package storage

import "context"

// HeaderReserve on a PUT under a reserved prefix ([Reserved]), with any value, lets the
// write take what the disk keeps in reserve. It is for the daemons' own small files
// without which nothing could be removed; no user of the gateway can write there.
const HeaderReserve = "Lakehouse-Into-Reserve"

// MaxReserveWrite is the largest write, in bytes, that may go into the reserve.
const MaxReserveWrite = 16 << 20

type reserveKey struct{}

// IntoReserve marks the writes that a [Client] makes with this context as clean-up:
// they make room, or are needed by what does, and so may take what a disk keeps in
// reserve, up to [MaxReserveWrite] each.
func IntoReserve(ctx context.Context) context.Context {
	return context.WithValue(ctx, reserveKey{}, true)
}

func intoReserve(ctx context.Context) bool { return ctx.Value(reserveKey{}) != nil }
