package embedd

import (
	"errors"
	"strings"
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
			upload, err := permits.enter(t.Context(), body)
			if err != nil {
				t.Fatal(err)
			}
			uploads = append(uploads, upload)
		}
		waits := make(chan error)
		go func() {
			upload, err := permits.enter(t.Context(), smallBody+1)
			uploads = append(uploads, upload)
			waits <- err
		}()
		synctest.Wait()
		if n := permits.waiting.Load(); n != 1 {
			t.Errorf("%d uploads wait", n)
		}
		question, err := permits.enter(t.Context(), smallBody)
		if err == nil {
			err = question.begin(t.Context(), builtinName, []string{"a question"}, 384)
		}
		if err != nil {
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

// A body that was read is no more in the way of others; what is made of its texts is.
func TestAPermitIsOfWhatIsHeld(t *testing.T) {
	c := Defaults()
	c.MaxQueue = 0
	permits := newPermits(c)
	for range 2 {
		mine, err := permits.enter(t.Context(), 32<<20)
		if err != nil {
			t.Fatal(err)
		}
		if err := mine.begin(t.Context(), builtinName, make([]string, embedding.MaxTexts), 4_096); err != nil {
			t.Fatal(err)
		}
	}
	mine, err := permits.enter(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := mine.begin(t.Context(), builtinName, []string{"a", "b"}, 384); !errors.Is(err, embedding.ErrTooManyCalls) {
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
