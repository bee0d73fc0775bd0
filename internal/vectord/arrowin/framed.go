package arrowin

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	maxMetadata = 1 << 20  // bytes of a message before its body
	firstBuffer = 16 << 10 // which the metadata of nearly all messages fits
	prefix      = 8        // bytes before that: 0xFFFFFFFF and its length
)

// framed lets a stream through, message by message, each after it was looked at.
type framed struct {
	in    *bufio.Reader
	begun bool
	left  int64 // bytes of the message that is let through
	most  int64 // that bodies may still have

	failed error // why a message was not let through
}

func newFramed(stream io.Reader, most int) *framed {
	return &framed{in: bufio.NewReaderSize(stream, firstBuffer), most: int64(most)}
}

func (f *framed) Read(p []byte) (int, error) {
	if f.left == 0 {
		if err := f.next(); err != nil {
			if err != io.EOF {
				f.failed = err
			}
			return 0, err
		}
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, err
}

// next looks at the message that comes; io.EOF is the end of the stream.
func (f *framed) next() error {
	head, err := f.in.Peek(prefix)
	switch {
	case len(head) == 0 && f.begun, len(head) >= 4 && binary.LittleEndian.Uint32(head) == 0 && f.begun:
		return io.EOF
	case err != nil:
		return fmt.Errorf("it is cut: %w", err)
	case !f.begun && bytes.HasPrefix(head, []byte("ARROW1")):
		return errors.New("it is a file; send a stream, as pyarrow.ipc.new_stream writes it")
	case binary.LittleEndian.Uint32(head) != 0xFFFFFFFF:
		return errors.New("where a message has to begin there is none of version 0.15 or later")
	}
	size := binary.LittleEndian.Uint32(head[4:])
	if size == 0 && f.begun {
		return io.EOF
	}
	if size < 8 || size > maxMetadata {
		return fmt.Errorf("what it says of a message has %d bytes; it may have up to %d", size, maxMetadata)
	}
	if prefix+int(size) > f.in.Size() {
		f.in = bufio.NewReaderSize(f.in, prefix+maxMetadata)
	}
	message, err := f.in.Peek(prefix + int(size))
	if err != nil {
		return fmt.Errorf("it is cut: %w", err)
	}
	body, err := checkMessage(message[prefix:], !f.begun)
	if err != nil {
		return err
	}
	if body > f.most {
		return errors.New("it takes more memory than one request may; send fewer rows")
	}
	f.begun, f.left, f.most = true, prefix+int64(size)+body, f.most-body
	return nil
}
