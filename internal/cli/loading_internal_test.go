package cli

import (
	"context"
	"errors"
	"io"
	"testing"
)

// A load that is stopped ends at once, also while the program at the other end of its
// pipe says nothing.
func TestALoadEndsWhileItsPipeIsSilent(t *testing.T) {
	silent, writer := io.Pipe()
	defer writer.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- (&loading{bar: &Bar{w: io.Discard}}).load(ctx, silent) }()
	if _, err := writer.Write([]byte("\n")); err != nil { // it is being read
		t.Fatal(err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
