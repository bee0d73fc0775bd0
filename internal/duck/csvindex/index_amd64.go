package csvindex

import "golang.org/x/sys/cpu"

// markBlocks is markGo by the processor's vectors, where it has them.
func markBlocks(masks []uint64, buf []byte, delim byte) (plain bool) {
	if !cpu.X86.HasAVX2 || len(masks) == 0 {
		return markGo(masks, buf, delim)
	}
	_ = buf[len(masks)*blockSize-1]
	return markAVX2(&masks[0], &buf[0], len(masks), delim) == 0
}

//go:noescape
func markAVX2(masks *uint64, buf *byte, blocks int, delim byte) (odd uint32)
