package embedd

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

const (
	pieceBytes = 64 << 10         // of an answer that are written at once
	pieceWait  = 30 * time.Second // for a client to take them; its permit is others' too
)

// An answer has answerStart for anything and as long as it takes at answerRate bytes a second,
// but answerMost for all of it.
const (
	answerStart = 10 * time.Second
	answerRate  = 64 << 10
	answerMost  = time.Minute
)

// pieces writes an answer as it is encoded. The first error stays.
type pieces struct {
	w   *bufio.Writer
	to  *patient
	err error
}

func answering(w http.ResponseWriter, f found) *pieces {
	const numberBytes = 16 // at most
	w.Header().Set("Content-Type", "application/json")
	to := &patient{ResponseWriter: w, control: http.NewResponseController(w)}
	about := 256 + len(f.values)*(64+numberBytes*len(f.values[0].Vector))
	return &pieces{w: bufio.NewWriterSize(to, min(about, pieceBytes)), to: to}
}

// patient gives a client its time for each piece, and for all of them.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
	began   time.Time // zero before the first piece
	sent    int
}

func (p *patient) Write(piece []byte) (int, error) {
	now := time.Now()
	if p.began.IsZero() {
		p.began = now
	}
	p.sent += len(piece)
	all := min(answerStart+time.Duration(p.sent)*time.Second/answerRate, answerMost)
	_ = p.control.SetWriteDeadline(now.Add(min(pieceWait, all-now.Sub(p.began)))) // unsupported only in tests without a connection
	return p.ResponseWriter.Write(piece)
}

// add writes what a function appends to the free part of the buffer, where it mostly fits.
func (p *pieces) add(appends func([]byte) ([]byte, error)) {
	if p.err != nil {
		return
	}
	var text []byte
	if text, p.err = appends(p.w.AvailableBuffer()); p.err == nil {
		_, p.err = p.w.Write(text)
	}
}

func (p *pieces) text(s string) {
	p.add(func(out []byte) ([]byte, error) { return append(out, s...), nil })
}

// end sends what is left, of an answer of one piece with its length. The connection's next
// answer has a time of its own.
func (p *pieces) end() error {
	if p.to.began.IsZero() {
		p.to.Header().Set("Content-Length", strconv.Itoa(p.w.Buffered()))
	}
	if p.err == nil {
		p.err = p.w.Flush()
	}
	_ = p.to.control.SetWriteDeadline(time.Time{})
	return p.err
}

// quoted gives a name as JSON.
func quoted(name string) string {
	text, _ := json.Marshal(name) // of a text never fails
	return string(text)
}

// writeAnswer writes an [embedding.Answer].
func writeAnswer(w http.ResponseWriter, f found) error {
	p := answering(w, f)
	p.text(`{"model":` + quoted(f.model.name) + `,"dimension":` + strconv.Itoa(len(f.values[0].Vector)) + `,"vectors":[`)
	for i, v := range f.values {
		p.text(comma(i))
		p.add(floats.Vector(v.Vector).AppendJSON)
	}
	p.text(`],"truncated":[`)
	for i, v := range f.values {
		p.text(comma(i) + strconv.FormatBool(v.Truncated))
	}
	p.text("]}\n")
	return p.end()
}

func comma(i int) string { return ","[:min(i, 1)] }

// writeOpenAI writes an [embedding.OpenAIAnswer].
func writeOpenAI(w http.ResponseWriter, f found, base64 bool) error {
	p := answering(w, f)
	p.text(`{"object":"list","data":[`)
	tokens := 0
	for i, v := range f.values {
		tokens += v.Tokens
		p.text(comma(i) + `{"object":"embedding","index":` + strconv.Itoa(i) + `,"embedding":`)
		p.add(func(out []byte) ([]byte, error) {
			if !base64 {
				return floats.Vector(v.Vector).AppendJSON(out)
			}
			return append(embedding.AppendBase64(append(out, '"'), v.Vector), '"'), nil
		})
		if v.Truncated {
			p.text(`,"truncated":true`)
		}
		p.text("}")
	}
	used := strconv.Itoa(tokens)
	p.text(`],"model":` + quoted(f.model.name) + `,"usage":{"prompt_tokens":` + used + `,"total_tokens":` + used + "}}\n")
	return p.end()
}
