package service

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

type connectionKey struct{}

func withConnection(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// Unsent gives how many bytes, written to the connection of the request that ctx is of,
// its other end has not confirmed. It falls while that end reads, also where no write goes
// on yet. It is 0 for a connection of which that cannot be told.
func Unsent(ctx context.Context) (bytes int) {
	c, _ := ctx.Value(connectionKey{}).(net.Conn)
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	own, ok := c.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := own.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) {
		if n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); err == nil {
			bytes = n
		}
	})
	return bytes
}
