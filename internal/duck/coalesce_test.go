package duck

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

var numbers = arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)

// batchOf gives a batch of the numbers below n.
func batchOf(n int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, numbers)
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(i)
	}
	return b.NewRecordBatch()
}

// foreignBatch is of another schema than the stream: no batch can be made of both.
func foreignBatch() arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}}, nil))
	defer b.Release()
	b.Field(0).(*array.StringBuilder).Append("x")
	return b.NewRecordBatch()
}

// newNumbers makes a coalescer of batches as DuckDB turns them into Arrow.
func newNumbers(out *frameWriter) *coalescer {
	return newCoalescer(out, numbers, newColumns(numbers, []layout{nil}))
}

// addAll adds a batch.
func addAll(c *coalescer, batch arrow.RecordBatch) error {
	rows := int(batch.NumRows())
	p := &part{rows: rows, batch: batch}
	defer batch.Release()
	return c.add(p, rows)
}

// kindsOf gives the kinds of the frames in out, and fails at half a frame.
func kindsOf(t *testing.T, out []byte) (kinds string) {
	t.Helper()
	r := newFrameReader(bytes.NewReader(out))
	for {
		kind, size, err := r.next()
		if err == io.EOF {
			return kinds
		}
		if err == nil {
			_, err = r.payload(size)
		}
		if err != nil {
			t.Fatalf("after the frames %q: %v", kinds, err)
		}
		kinds += string(kind)
	}
}

// TestAFailedBatchLeavesNoHalfFrame: what follows, as a rule the failure, has to
// be read as a frame.
func TestAFailedBatchLeavesNoHalfFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock stands still
		var pipe bytes.Buffer
		out := &frameWriter{w: &pipe}
		c := newNumbers(out)
		if err := addAll(c, batchOf(firstRows)); err != nil {
			t.Fatal(err)
		}
		broken := errors.New("broken in the middle")
		err := c.frame(func() error {
			_, _ = out.Write([]byte("the first half"))
			return broken
		})
		c.close()
		if err != broken {
			t.Fatalf("got %v, want %v", err, broken)
		}
		if err := out.send(frameFailed, workerFailure{Kind: failInternal, Message: err.Error(), Position: -1}); err != nil {
			t.Fatal(err)
		}
		if kinds := kindsOf(t, pipe.Bytes()); kinds != "df" {
			t.Errorf("frames %q, want %q", kinds, "df")
		}
	})
}

// TestRowsThatWaitAreSentByTheClock: when patience has passed, without a call.
func TestRowsThatWaitAreSentByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pipe bytes.Buffer
		c := newNumbers(&frameWriter{w: &pipe})
		defer c.close()
		for n := 1; n <= 3; n++ {
			if err := addAll(c, batchOf(1)); err != nil {
				t.Fatal(err)
			}
			<-time.After(patience)
			synctest.Wait()
			if kinds := kindsOf(t, pipe.Bytes()); len(kinds) != n {
				t.Errorf("frames %q after %d rows that waited", kinds, n)
			}
		}
	})
}

// TestAClosedCoalescerSendsNothing: the writer belongs to others then, also if the
// timer has fired already and only its turn comes late.
func TestAClosedCoalescerSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock stands still
		var pipe bytes.Buffer
		out := &frameWriter{w: &pipe}
		c := newNumbers(out)
		if err := addAll(c, batchOf(1)); err != nil {
			t.Fatal(err)
		}
		c.close()
		start := out.begin(frameColumns) // by whoever has the writer now
		c.hurry()
		if pipe.Len() != 0 {
			t.Fatal("half a frame of somebody else was written")
		}
		if err := out.end(start); err != nil {
			t.Fatal(err)
		}
	})
}

// TestWhatFailsByTheClockFailsTheResult: a batch that is lost while nobody calls
// is told to the next who does.
func TestWhatFailsByTheClockFailsTheResult(t *testing.T) {
	for name, next := range map[string]func(*coalescer) error{
		"add":    func(c *coalescer) error { return addAll(c, batchOf(1)) },
		"finish": (*coalescer).finish,
	} {
		t.Run(name, func(t *testing.T) {
			c := newNumbers(&frameWriter{w: io.Discard})
			defer c.close()
			for _, batch := range []arrow.RecordBatch{batchOf(1), foreignBatch()} {
				if err := addAll(c, batch); err != nil {
					t.Fatal(err)
				}
			}
			c.hurry()
			if err := next(c); err == nil {
				t.Error("a batch is missing and nothing says so")
			}
		})
	}
}

// brokenPipe is what a worker writes to when its parent is gone.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestAWriteThatFailsByTheClockFailsTheResult: so does what could not be written.
func TestAWriteThatFailsByTheClockFailsTheResult(t *testing.T) {
	c := newNumbers(&frameWriter{w: brokenPipe{}})
	defer c.close()
	if err := addAll(c, batchOf(1)); err != nil {
		t.Fatal(err)
	}
	c.hurry()
	if err := c.finish(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
	}
}
