package cli

import (
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// bars shows the files that are being sent, where there is a terminal to show them
// on.
type bars struct{ progress *mpb.Progress }

func newBars(w io.Writer) *bars {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &bars{}
	}
	return &bars{mpb.New(mpb.WithOutput(w), mpb.WithWidth(24))}
}

// add begins a file's bar, which goes forward by what is read of body; finish ends
// it and says how.
func (b *bars) add(body io.Reader, size int64, name string) (counted io.Reader, finish func(well bool)) {
	if b.progress == nil {
		return body, func(bool) {}
	}
	var ended atomic.Pointer[string]
	speed := decor.AverageSpeed(decor.SizeB1024(0), "% .1f")
	doing := decor.Any(func(s decor.Statistics) string {
		if end := ended.Load(); end != nil {
			return " " + *end
		}
		if s.Current >= s.Total {
			return " checking" // all is sent, and the answer is yet to come
		}
		text, _ := speed.Decor(s)
		return " " + text
	})
	bar := b.progress.AddBar(0, // so that a bar whose bytes are all sent goes on
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f", decor.WCSyncSpace), doing),
	)
	bar.SetTotal(size, false)
	finish = func(well bool) {
		end := "done"
		if !well {
			end = "failed"
		}
		ended.Store(&end)
		if !well {
			bar.Abort(false)
			return
		}
		bar.SetTotal(-1, true)
	}
	proxied, err := bar.ProxyReader(body)
	if err != nil { // the bars have ended already: send without one
		return body, finish
	}
	return proxied, finish
}

// wait draws what is left to draw. No bar is added afterwards.
func (b *bars) wait() {
	if b.progress != nil {
		b.progress.Wait()
	}
}
