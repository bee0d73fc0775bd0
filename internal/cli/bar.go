package cli

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Bar is a progress bar over bytes or rows, where somebody looks; elsewhere it does nothing.
type Bar struct {
	bars *mpb.Progress
	bar  *mpb.Bar
	w    io.Writer
}

// NewBar makes a bar over bytes of this name on w, which shows if w is a terminal.
func NewBar(w io.Writer, name string) *Bar {
	return newBar(w, name, mpb.BarStyle(), decor.CountersKibiByte("% .1f / % .1f"), decor.AverageSpeed(decor.SizeB1024(0), " % .1f"))
}

// NewRowBar is NewBar over rows.
func NewRowBar(w io.Writer, name string) *Bar {
	return newBar(w, name, mpb.BarStyle(), decor.CountersNoUnit("%d / %d rows"), decor.Name(""))
}

// NewByteCount counts bytes, of which nobody knows how many there will be.
func NewByteCount(w io.Writer, name string) *Bar {
	return newBar(w, name, mpb.NopStyle(), decor.CurrentKibiByte("% .1f"), decor.AverageSpeed(decor.SizeB1024(0), " % .1f"))
}

// NewToldBar shows what it is told last, of work that is done elsewhere and has no known
// end. Tell is safe for concurrent use.
func NewToldBar(w io.Writer, name string) (b *Bar, tell func(words string)) {
	var told atomic.Pointer[string]
	words := decor.Any(func(decor.Statistics) string {
		if said := told.Load(); said != nil {
			return *said
		}
		return ""
	})
	return showBar(w, name, mpb.NopStyle(), words), func(words string) { told.Store(&words) }
}

func newBar(w io.Writer, name string, style mpb.BarFillerBuilder, counters, speed decor.Decorator) *Bar {
	return showBar(w, name, style, counters, decor.OnComplete(speed, " done"))
}

func showBar(w io.Writer, name string, style mpb.BarFillerBuilder, behind ...decor.Decorator) *Bar {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &Bar{w: w}
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	return &Bar{w: w, bars: bars, bar: bars.New(0, style,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(behind...))}
}

// Begin says how many there are to do.
func (b *Bar) Begin(size int64) {
	if b.bar != nil {
		b.bar.SetTotal(size, false)
	}
}

// Add says that so many more are done. It is safe for concurrent use.
func (b *Bar) Add(size int64) {
	if b.bar != nil {
		b.bar.IncrInt64(size)
	}
}

// Say writes a line above the bar, or where it would be.
func (b *Bar) Say(line string) {
	if b.bars != nil {
		fmt.Fprintln(b.bars, line)
		return
	}
	fmt.Fprintln(b.w, line)
}

// End ends the bar, wherever it is.
func (b *Bar) End() {
	if b.bar != nil {
		b.bar.SetTotal(-1, true)
		b.bar.Abort(false)
		b.bars.Wait()
	}
}

// Bytes words a size for a person.
func Bytes(n int64) string { return bytesText(n) }
