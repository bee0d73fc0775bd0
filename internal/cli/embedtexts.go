package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"golang.org/x/term"
)

// given is a text, and where it stands for a person: "text 2" of the arguments, or "line 7".
type given struct{ text, place string }

// textsOf gives the texts of the arguments, or else those of the lines of standard input.
func textsOf(in io.Reader, args []string) (iter.Seq2[given, error], error) {
	if file, is := in.(*os.File); is && len(args) == 0 && term.IsTerminal(int(file.Fd())) {
		return nil, usageError{errors.New("there is no text; write: lakehouse embed 'TEXT', or give lines on standard input")}
	}
	return func(yield func(given, error) bool) {
		for i, text := range args {
			if !yield(given{text, fmt.Sprintf("text %d", i+1)}, nil) {
				return
			}
		}
		if len(args) == 0 {
			textsOfLines(in, yield)
		}
	}, nil
}

func textsOfLines(in io.Reader, yield func(given, error) bool) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	number, texts := 1, 0
	for ; lines.Scan(); number++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" {
			continue
		}
		if texts++; !yield(given{line, fmt.Sprintf("line %d", number)}, nil) {
			return
		}
	}
	switch err := lines.Err(); {
	case err != nil:
		yield(given{}, fmt.Errorf("standard input, line %d: %w", number, err))
	case texts == 0:
		yield(given{}, usageError{errors.New("standard input holds no text; write it there, or as an argument: lakehouse embed 'TEXT'")})
	}
}

const (
	embedTexts = 256     // in one request
	embedBytes = 4 << 20 // of its texts, but for the last
)

// together gives texts as they go in one request.
func together(texts iter.Seq2[given, error]) iter.Seq2[[]given, error] {
	return func(yield func([]given, error) bool) {
		var some []given
		bytes := 0
		for text, err := range texts {
			if err != nil {
				yield(nil, err)
				return
			}
			some = append(some, text)
			if bytes += len(text.text); len(some) < embedTexts && bytes < embedBytes {
				continue
			}
			if !yield(some, nil) {
				return
			}
			some, bytes = nil, 0
		}
		if len(some) > 0 {
			yield(some, nil)
		}
	}
}
