//go:build !amd64

package csvindex

func markBlocks(masks []uint64, buf []byte, delim byte) (plain bool) {
	return markGo(masks, buf, delim)
}
