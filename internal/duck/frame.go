package duck

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Parent and worker speak in frames: a kind, the length of the payload in four
// bytes, big-endian, and the payload. All payloads are JSON but that of
// frameData, which is a piece of an Arrow IPC stream.
const (
	// From the parent.
	frameSetup = 'S' // setup; once, the first; answered by frameReady
	frameParse = 'P' // parseRequest, answered by frameParsed
	frameRun   = 'R' // runRequest, answered by frameColumns, frameData ..., frameEnd
	frameBind  = 'B' // runRequest, answered by frameBound
	frameJob   = 'J' // jobRequest, answered by frameEnd

	// From the worker. frameFailed can stand in the place of any answer.
	frameReady   = 'Y' // sandbox.Report
	frameParsed  = 'p' // guard.Statement
	frameColumns = 'c' // []ResultColumn
	frameBound   = 'b' // []Column
	frameData    = 'd'
	frameEnd     = 'e' // runEnd
	frameFailed  = 'f' // workerFailure
)

const (
	frameHeader = 5
	// controlLimit bounds the payload of a control frame, so that neither side
	// can make the other allocate without end.
	controlLimit = 64 << 20
	// flushSize is how much a frameWriter gathers before it writes by itself.
	flushSize = 256 << 10
)

// frameWriter gathers frames and writes them in as few system calls as it can.
type frameWriter struct {
	w   io.Writer
	buf []byte
}

// begin starts a frame whose payload the caller appends to buf.
func (f *frameWriter) begin(kind byte) (start int) {
	start = len(f.buf)
	f.buf = append(f.buf, kind, 0, 0, 0, 0)
	return start
}

// end closes the frame that begin started.
func (f *frameWriter) end(start int) error {
	binary.BigEndian.PutUint32(f.buf[start+1:], uint32(len(f.buf)-start-frameHeader))
	if len(f.buf) >= flushSize {
		return f.flush()
	}
	return nil
}

// abandon takes back the frame that begin started.
func (f *frameWriter) abandon(start int) { f.buf = f.buf[:start] }

// Write appends p to the frame that was begun.
func (f *frameWriter) Write(p []byte) (int, error) {
	f.buf = append(f.buf, p...)
	return len(p), nil
}

// message gathers a whole control frame.
func (f *frameWriter) message(kind byte, payload any) error {
	text, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	start := f.begin(kind)
	f.buf = append(f.buf, text...)
	return f.end(start)
}

// send gathers a control frame and writes all that was gathered.
func (f *frameWriter) send(kind byte, payload any) error {
	if err := f.message(kind, payload); err != nil {
		return err
	}
	return f.flush()
}

func (f *frameWriter) flush() error {
	if len(f.buf) == 0 {
		return nil
	}
	_, err := f.w.Write(f.buf)
	f.buf = f.buf[:0]
	if cap(f.buf) > 8*flushSize {
		f.buf = nil // one large batch must not hold its memory for ever
	}
	return err
}

// frameReader reads frames.
type frameReader struct{ r *bufio.Reader }

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{bufio.NewReaderSize(r, 64<<10)}
}

// next reads the head of the next frame.
func (f *frameReader) next() (kind byte, size int, err error) {
	var head [frameHeader]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return 0, 0, err
	}
	return head[0], int(binary.BigEndian.Uint32(head[1:])), nil
}

// payload reads a control frame's payload.
func (f *frameReader) payload(size int) ([]byte, error) {
	if size > controlLimit {
		return nil, fmt.Errorf("a control frame of %d bytes", size)
	}
	payload := make([]byte, size)
	_, err := io.ReadFull(f.r, payload)
	return payload, err
}
