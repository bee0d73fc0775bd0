package cli

import (
	"context"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// interruptible gives a context that Ctrl-C ends, with errCancelled for its cause.
func (t *terminal) interruptible(ctx context.Context) (context.Context, func()) {
	if t == nil {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	pressed := make(chan os.Signal, 1)
	signal.Notify(pressed, os.Interrupt)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-pressed:
			cancel(errCancelled)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(pressed)
		cancel(nil)
		<-ended
	}
}

// noKey is a key of a terminal that there is none for.
const noKey = 0

// take makes Ctrl-D a key like others while a statement runs, which the prompt reads after
// it: else the terminal takes it for the end of a file, and hands on a NUL. giveBack leaves
// the terminal as it was. So does SIGTERM, which then ends the process: who waits for keys
// hears of nothing else.
func (t *terminal) take() (giveBack func()) {
	fd := int(t.screen.Fd())
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return func() {}
	}
	taken := *was
	taken.Cc[unix.VEOF] = noKey
	_ = unix.IoctlSetTermios(fd, unix.TCSETS, &taken)
	restore := func() { _ = unix.IoctlSetTermios(fd, unix.TCSETS, was) }
	terminated, ending, ended := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(terminated, unix.SIGTERM)
	go func() {
		defer close(ended)
		select {
		case <-terminated:
			restore()
			signal.Reset(unix.SIGTERM)
			_ = unix.Kill(os.Getpid(), unix.SIGTERM)
		case <-ending:
		}
	}()
	return func() {
		signal.Stop(terminated)
		close(ending)
		<-ended
		restore()
	}
}
