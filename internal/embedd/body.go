package embedd

import (
	"context"
	"io"
)

// body is a request's, which waits for its permit as soon as more of it has come than is read
// without: one that does not come holds nothing.
type body struct {
	io.ReadCloser
	mine   *permit
	ctx    context.Context // of the request
	length int64           // -1 where it does not say
	came   int64
}

func (b *body) Read(into []byte) (int, error) {
	if left := smallBody + 1 - b.came; left > 0 {
		into = into[:min(int64(len(into)), left)]
	} else if b.mine.body == 0 {
		if err := b.mine.enter(b.ctx, b.length); err != nil {
			return 0, err
		}
	}
	n, err := b.ReadCloser.Read(into)
	b.came += int64(n)
	return n, err
}
