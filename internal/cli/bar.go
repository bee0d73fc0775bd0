package cli

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Bar is a progress bar over bytes or rows, where somebody looks; elsewhere it does nothing.
type Bar struct {
	bars *mpb.Progress
	bar  *mpb.Bar
}

// NewBar makes a bar over bytes of this name on w, which shows if w is a terminal.
func NewBar(w io.Writer, name string) *Bar {
	return newBar(w, name, decor.CountersKibiByte("% .1f / % .1f"), decor.AverageSpeed(decor.SizeB1024(0), " % .1f"))
}

// NewRowBar is NewBar over rows.
func NewRowBar(w io.Writer, name string) *Bar {
	return newBar(w, name, decor.CountersNoUnit("%d / %d rows"), decor.Name(""))
}

func newBar(w io.Writer, name string, counters, speed decor.Decorator) *Bar {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &Bar{}
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	return &Bar{bars: bars, bar: bars.AddBar(0,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(counters, decor.OnComplete(speed, " done")))}
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
