package ingestd

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// isWestern reports that a file is certainly Windows-1252, which holds all of
// Latin-1's letters: it is not UTF-8, no character in the whole of it is written in
// more bytes than one, and its bytes beyond ASCII stand where the letters and signs
// of Western languages stand. Central European, Greek, Cyrillic and Asian
// encodings and those of DOS and old Macintoshes fail that, and so does UTF-8 with
// a few damaged bytes.
func isWestern(ctx context.Context, path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	w := western{before: '\n'}
	in := bufio.NewReaderSize(contextReader{ctx, file}, receiveBuffer)
	for {
		b, err := in.ReadByte()
		if err == io.EOF {
			return w.certain(), nil
		}
		if err != nil {
			return false, err
		}
		if b >= utf8.RuneSelf {
			rest, err := in.Peek(utf8.UTFMax - 1)
			if err != nil && err != io.EOF {
				return false, err
			}
			if !w.take(b, rest) {
				return false, nil
			}
		} else {
			w.run = 0
			if b < ' ' && strings.IndexByte("\t\n\v\f\r\x1a", b) < 0 {
				return false, nil // no text at all
			}
		}
		w.before = b
	}
}

// western looks at the bytes beyond ASCII, each between its neighbours.
type western struct {
	before byte
	run    int // letters beyond ASCII up to this one, without a gap
	seen   int64
	odd    int64 // that are hardly Western text
}

// oddShare is the share of odd bytes that certain text may have: one in so many.
const oddShare = 50

func (w *western) certain() bool { return w.seen > 0 && w.odd*oddShare <= w.seen }

// take looks at one byte beyond ASCII and reports whether the file may be Western
// still.
func (w *western) take(b byte, rest []byte) bool {
	if r, size := utf8.DecodeRune(append([]byte{b}, rest...)); size > 1 && (r < 0x800 || r > 0x8ff) {
		return false // a character of UTF-8; those left out are an à before a French »
	}
	after := byte('\n')
	if len(rest) > 0 {
		after = rest[0]
	}
	w.seen++
	if w.run++; !westernLetter(b) {
		w.run = 0
	}
	switch {
	case strings.IndexByte("\x81\x8d\x8f\x90\x9d", b) >= 0:
		return false // means nothing in Windows-1252
	case b == 0xe2 && (after == 0x80 || after == 0x82): // the head of a sign of UTF-8
		w.odd++
	case w.run > 2: // no Western word
		w.odd++
	case westernUpper(b) && w.before >= 'a' && w.before <= 'z':
		w.odd++
	case !westernLetter(b) && westernLetter(w.before) && westernLetter(after) && strings.IndexByte("\x85\x91\x92\x96\x97\x99\xa0\xad\xae\xb4\xb7", b) < 0:
		w.odd++ // a sign inside of a word
	}
	return true
}

func westernUpper(b byte) bool {
	return b >= 0xc0 && b <= 0xde && b != 0xd7 || strings.IndexByte("\x8a\x8c\x8e\x9f", b) >= 0
}

func westernLetter(b byte) bool {
	switch {
	case b|0x20 >= 'a' && b|0x20 <= 'z' && b < utf8.RuneSelf:
		return true
	case b >= 0xc0:
		return b != 0xd7 && b != 0xf7
	}
	return strings.IndexByte("\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f", b) >= 0
}
