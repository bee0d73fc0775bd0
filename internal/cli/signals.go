package cli

import (
	"context"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
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

// restoreWhenTerminated gives the terminal back as it was when SIGTERM comes, which
// then ends the process: who waits for keys hears of nothing else. stop ends that.
func (t *terminal) restoreWhenTerminated() (stop func()) {
	was, err := term.GetState(int(t.screen.Fd()))
	if err != nil {
		return func() {}
	}
	terminated, ending, ended := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(terminated, unix.SIGTERM)
	go func() {
		defer close(ended)
		select {
		case <-terminated:
			_ = term.Restore(int(t.screen.Fd()), was)
			signal.Reset(unix.SIGTERM)
			_ = unix.Kill(os.Getpid(), unix.SIGTERM)
		case <-ending:
		}
	}()
	return func() {
		signal.Stop(terminated)
		close(ending)
		<-ended
	}
}
