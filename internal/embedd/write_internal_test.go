package embedd

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// taker is a client that takes so many bytes a second, 0: none.
type taker struct {
	http.ResponseWriter
	rate int
	end  time.Time
}

func (t *taker) SetWriteDeadline(end time.Time) error {
	t.end = end
	return nil
}

func (t *taker) Write(piece []byte) (int, error) {
	left := time.Until(t.end)
	if t.rate > 0 {
		if takes := time.Duration(len(piece)) * time.Second / time.Duration(t.rate); takes < left {
			time.Sleep(takes)
			return len(piece), nil
		}
	}
	time.Sleep(left)
	return 0, os.ErrDeadlineExceeded
}

// Who takes an answer slowly has the permit of others no longer than he may: an answer has its
// time, by what it has, and the next one of the connection has none of it.
func TestAnAnswerHasItsTime(t *testing.T) {
	largest := make([]embedded.Embedding, embedding.MaxTexts)
	for i := range largest {
		largest[i].Vector = make([]float32, 384) // of zeros: 2 bytes each
	}
	for name, c := range map[string]struct {
		rate   int
		values []embedded.Embedding
		cut    bool
		most   time.Duration
	}{
		"nothing is taken":       {rate: 0, values: largest, cut: true, most: pieceWait},
		"it is too slow":         {rate: 20 << 10, values: largest, cut: true, most: pieceWait},
		"as fast as it has to":   {rate: answerRate, values: largest, most: answerMost},
		"a small one is as slow": {rate: 100, values: largest[:1], most: answerStart},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &taker{ResponseWriter: httptest.NewRecorder(), rate: c.rate}
			began := time.Now()
			err := writeAnswer(w, found{model: &model{name: "m"}, values: c.values})
			if took := time.Since(began); errors.Is(err, os.ErrDeadlineExceeded) != c.cut || took > c.most {
				t.Errorf("%s: %v after %s", name, err, took)
			}
			if !w.end.IsZero() {
				t.Errorf("%s: the connection's next answer ends at %s", name, w.end)
			}
		})
	}
}

// The largest answers have no more than a minute.
func TestAnAnswerIsCutAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		values := make([]embedded.Embedding, embedding.MaxTexts)
		for i := range values {
			values[i].Vector = make([]float32, 4_096)
		}
		began := time.Now()
		err := writeAnswer(&taker{ResponseWriter: httptest.NewRecorder(), rate: 2 * answerRate}, found{model: &model{name: "m"}, values: values})
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took != answerMost {
			t.Errorf("%v after %s", err, took)
		}
	})
}
