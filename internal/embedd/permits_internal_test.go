package embedd

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// A question passes beside uploads that have all memory for bodies, and one upload leaves room
// for another.
func TestQuestionsDoNotStandBehindUploads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		permits := newPermits(Defaults())
		var uploads []*permit
		for _, body := range []int64{32 << 20, -1} {
			upload := permits.permit()
			if err := upload.enter(t.Context(), body); err != nil {
				t.Fatal(err)
			}
			uploads = append(uploads, upload)
		}
		waits := make(chan error)
		go func() {
			upload := permits.permit()
			uploads = append(uploads, upload)
			waits <- upload.enter(t.Context(), smallBody+1)
		}()
		synctest.Wait()
		if n := permits.waiting.Load(); n != 1 {
			t.Errorf("%d uploads wait", n)
		}
		question := permits.permit()
		if err := question.begin(t.Context(), builtinName, []string{"a question"}, 384); err != nil {
			t.Fatal(err)
		}
		uploads[0].leave()
		if err := <-waits; err != nil {
			t.Error(err)
		}
		for _, mine := range append(uploads[1:], question) {
			mine.leave()
		}
		synctest.Wait()
		own, half := permits.models[builtinName], Defaults().MemoryBytes/2
		if !permits.bodies.TryAcquire(half) || !own.questions.TryAcquire(half/4) || !own.bulk.TryAcquire(half-half/4) {
			t.Error("not all was given back")
		}
	})
}

// A body holds nothing before more of it has come than is read without a permit, whether it says
// how long it is or not.
func TestABodyThatDoesNotComeHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		permits := newPermits(Defaults())
		bodies := make([]*io.PipeWriter, 12)
		var read sync.WaitGroup
		for i := range bodies {
			from, to := io.Pipe()
			bodies[i] = to
			read.Go(func() {
				mine := permits.permit()
				defer mine.leave()
				length := []int64{-1, 32 << 20}[i%2]
				if text, err := io.ReadAll(&body{ReadCloser: from, mine: mine, ctx: t.Context(), length: length}); err != nil || len(text) != smallBody+2 {
					t.Errorf("%d bytes, %v", len(text), err)
				}
			})
		}
		half := Defaults().MemoryBytes / 2
		for _, to := range bodies {
			read.Go(func() { _, _ = to.Write(make([]byte, smallBody)) })
		}
		if synctest.Wait(); permits.bodies.TryAcquire(half) {
			permits.bodies.Release(half)
		} else {
			t.Error("a body that did not come holds something")
		}
		rest := make(chan struct{})
		for _, to := range bodies {
			read.Go(func() {
				_, _ = to.Write(make([]byte, 2))
				<-rest
				to.Close()
			})
		}
		if synctest.Wait(); permits.waiting.Load() != 10 {
			t.Errorf("%d bodies wait", permits.waiting.Load())
		}
		close(rest)
		read.Wait()
		if !permits.bodies.TryAcquire(half) {
			t.Error("not all was given back")
		}
	})
}

// A body that was read is no more in the way of others; what is made of its texts is.
func TestAPermitIsOfWhatIsHeld(t *testing.T) {
	c := Defaults()
	c.MaxQueue = 0
	permits := newPermits(c)
	for range 2 {
		mine := permits.permit()
		if err := mine.enter(t.Context(), 32<<20); err != nil {
			t.Fatal(err)
		}
		if err := mine.begin(t.Context(), builtinName, make([]string, embedding.MaxTexts), 4_096); err != nil {
			t.Fatal(err)
		}
	}
	if err := permits.permit().begin(t.Context(), builtinName, []string{"a", "b"}, 384); !errors.Is(err, embedding.ErrTooManyCalls) {
		t.Error("more texts are worked on than there is memory for")
	}
}

func TestWhatTextsWeigh(t *testing.T) {
	for _, c := range []struct {
		texts     []string
		dimension int
		least     int64
		most      int64
	}{
		{[]string{"a question"}, 384, 4 * 384, 4 << 10},
		{[]string{strings.Repeat("a", 1<<20)}, 384, 1 << 20, 1<<20 + 4<<10},
		{make([]string, 2_000), 384, 2_000 * 4 * 384, 2_000 * 3 << 10},
		{make([]string, 2_000), 3_072, 2_000 * 4 * 3_072, 2_000 * 13 << 10},
		{[]string{"of a model that is new"}, 0, 4 * 1_024, 5 << 10},
	} {
		if got := weightOf(c.texts, c.dimension); got < c.least || got > c.most {
			t.Errorf("%d texts of %d numbers weigh %d", len(c.texts), c.dimension, got)
		}
	}
}
