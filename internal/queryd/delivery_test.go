package queryd

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"
)

// The patience of these tests passes on the clock of a synctest bubble.
const testPatience = 10 * time.Second

// sipper is a client that takes the answer in sips of 4 KiB: one each time it is
// told to, and nothing more once its statement has ended.
type sipper struct {
	*httptest.ResponseRecorder
	ctx  context.Context
	sips chan struct{}
}

func (s *sipper) Write(p []byte) (int, error) {
	for range (len(p) + sipBytes - 1) / sipBytes {
		select {
		case <-s.sips:
		case <-s.ctx.Done():
			return 0, context.Cause(s.ctx)
		}
	}
	return s.ResponseRecorder.Write(p)
}

const sipBytes = 4 << 10

// sip lets the client take n sips, each of them after pause.
func (s *sipper) sip(n int, pause time.Duration) {
	for range n {
		<-time.After(pause)
		select {
		case s.sips <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
	}
}

// deliver starts a delivery to a client that has taken nothing yet.
func deliver(t *testing.T) (*delivery, *sipper) {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	client := &sipper{httptest.NewRecorder(), ctx, make(chan struct{})}
	d := &delivery{w: client, control: http.NewResponseController(client), patience: testPatience, giveUp: cancel}
	d.start()
	return d, client
}

// TestAClientThatTakesSteadilyKeepsItsTurn: however slow it is, and however much
// longer than the patience somebody waits for it.
func TestAClientThatTakesSteadilyKeepsItsTurn(t *testing.T) {
	const sips = 40
	for name, c := range map[string]struct {
		bytes int // of which the wait lasts for sips
		wait  func(*delivery) error
	}{
		"for room": {aheadBytes + sips*sipBytes - 1, func(d *delivery) error {
			_, err := d.put(make([]byte, 1))
			return err
		}},
		"for the end": {sips * sipBytes, func(d *delivery) error {
			d.close(semaphore.NewWeighted(0))
			return d.wait()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, client := deliver(t)
				if _, err := d.put(make([]byte, c.bytes)); err != nil {
					t.Fatal(err)
				}
				waited := make(chan error, 1)
				go func() { waited <- c.wait(d) }()
				client.sip(sips, testPatience*9/10)
				if err := <-waited; err != nil {
					t.Errorf("a client that takes was given up: %v", err)
				}
				<-time.After(2 * testPatience) // for which nobody waits
				if err := context.Cause(client.ctx); err != nil {
					t.Errorf("it was given up after the wait: %v", err)
				}
			})
		})
	}
}

// TestAClientThatStopsIsGivenUp: when its patience has passed since it took
// something, and not when it has passed since the wait began.
func TestAClientThatStopsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, client := deliver(t)
		if _, err := d.put(make([]byte, aheadBytes+10*sipBytes)); err != nil {
			t.Fatal(err)
		}
		waited := make(chan error, 1)
		go func() {
			_, err := d.put(make([]byte, 1))
			waited <- err
		}()
		client.sip(3, testPatience/2)
		stopped := time.Now()
		if err := <-waited; !errors.Is(err, errStalled) {
			t.Errorf("got %v, want %v", err, errStalled)
		}
		if got := time.Since(stopped); got != testPatience {
			t.Errorf("given up after %s, want %s", got, testPatience)
		}
		if err := d.wait(); !errors.Is(err, errStalled) {
			t.Errorf("the delivery ended with %v", err)
		}
	})
}

// TestAClientForWhichNobodyWaitsIsNotGivenUp: what may wait in memory does so.
func TestAClientForWhichNobodyWaitsIsNotGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, client := deliver(t)
		const sips = 3
		if _, err := d.put(make([]byte, sips*sipBytes)); err != nil {
			t.Fatal(err)
		}
		if taken := d.close(semaphore.NewWeighted(waitingBytes)); taken == 0 {
			t.Error("nothing was taken from the budget")
		}
		client.sip(sips, 100*testPatience)
		if err := d.wait(); err != nil || client.Body.Len() != sips*sipBytes {
			t.Errorf("it got %d bytes, %v", client.Body.Len(), err)
		}
	})
}

// TestAClientThatStopsWhileOthersWait: it is given up sooner, unless it reads a little
// all the same, or nobody could have its turn.
func TestAClientThatStopsWhileOthersWait(t *testing.T) {
	const crowdPatience = testPatience / 5
	for name, c := range map[string]struct {
		wanted, reads bool
		after         time.Duration
		cause         error
	}{
		"nobody waits":     {false, false, testPatience, errStalled},
		"it reads nothing": {true, false, crowdPatience, errDisplaced},
		"it reads":         {true, true, testPatience, errStalled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, client := deliver(t)
				began := time.Now()
				d.crowd = crowding{patience: crowdPatience, wanted: func() bool { return c.wanted }, unsent: func() int {
					if c.reads {
						return int(time.Since(began))
					}
					return 1
				}}
				if _, err := d.put(make([]byte, aheadBytes)); err != nil {
					t.Fatal(err)
				}
				_, err := d.put(make([]byte, 1))
				if got := time.Since(began); !errors.Is(err, c.cause) || errors.Is(err, errDisplaced) != (c.cause == errDisplaced) || got != c.after {
					t.Errorf("given up after %s: %v", got, context.Cause(client.ctx))
				}
			})
		})
	}
}

// gulper is a client that takes whatever it is given, and notes how much at once.
type gulper struct {
	*httptest.ResponseRecorder
	largest int
}

func (g *gulper) Write(p []byte) (int, error) {
	g.largest = max(g.largest, len(p))
	return g.ResponseRecorder.Write(p)
}

// TestAClientThatTakesAtOnceGetsLargePieces: and every byte in its order, whether it
// was put alone or behind others.
func TestAClientThatTakesAtOnceGetsLargePieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock stands still
		client := &gulper{ResponseRecorder: httptest.NewRecorder()}
		d := &delivery{w: client, control: http.NewResponseController(client), patience: testPatience, giveUp: func(error) {}}
		d.start()
		var want, buf []byte
		for i := range 100 {
			piece := bytes.Repeat([]byte{byte(i)}, []int{3, smallBytes, spillBytes}[i%3])
			want = append(want, piece...)
			var err error
			if buf, err = d.put(append(buf, piece...)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.wait(); err != nil || !bytes.Equal(client.Body.Bytes(), want) {
			t.Errorf("%d bytes came of %d, not the same, %v", client.Body.Len(), len(want), err)
		}
		if client.largest != largePieceBytes {
			t.Errorf("the largest piece had %d bytes, want %d", client.largest, largePieceBytes)
		}
	})
}
