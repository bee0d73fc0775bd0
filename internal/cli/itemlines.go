package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Bounds of one batch of a load: as many items as go well together, of texts whose vectors are
// yet to be made what a model does in seconds, and bytes far within what vectord takes.
const (
	batchItems = 1000
	batchTexts = 64
	batchBytes = 16 << 20
	maxLine    = 32 << 20
)

// batch is items of lines that follow each other. Lines without anything are in none.
type batch struct {
	items []byte // as they stand there, with commas between them
	ends  []int  // where each item ends there
	lines []int  // where each item stands, from 1
	texts int    // items without a vector
	size  int64  // bytes of its lines, empty ones included
}

// array gives the items as JSON.
func (b batch) array() []byte { return slices.Concat([]byte("["), b.items, []byte("]")) }

func (b *batch) add(item []byte, line int) {
	if len(b.items) > 0 {
		b.items = append(b.items, ',')
	}
	b.items, b.lines = append(b.items, item...), append(b.lines, line)
	b.ends = append(b.ends, len(b.items))
}

// halves cuts a batch of several items in two.
func (b batch) halves() (first, second batch) {
	n := len(b.lines) / 2
	end := b.ends[n-1]
	first = batch{items: b.items[:end:end], ends: b.ends[:n:n], lines: b.lines[:n:n], size: int64(end)}
	second = batch{items: b.items[end+len(","):], lines: b.lines[n:], size: b.size - first.size}
	for _, e := range b.ends[n:] {
		second.ends = append(second.ends, e-end-len(","))
	}
	return first, second
}

// span says which lines a batch is of.
func (b batch) span() string {
	first, last := b.lines[0], b.lines[len(b.lines)-1]
	if first == last {
		return fmt.Sprintf("line %d", first)
	}
	return fmt.Sprintf("lines %d to %d", first, last)
}

// readBatches gives the items of lines of JSON in batches. A line that is no item ends
// it with an error that names the line; the items before it that were not given yet are
// not given.
func readBatches(r io.Reader) iter.Seq2[batch, error] {
	return func(yield func(batch, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 64<<10), maxLine)
		var b batch
		number := 0
		for lines.Scan() {
			number++
			size := int64(len(lines.Bytes())) + 1
			text := bytes.TrimSpace(lines.Bytes())
			if number == 1 {
				text = bytes.TrimPrefix(text, []byte("\ufeff"))
			}
			if len(b.lines) > 0 && (len(b.lines) == batchItems || b.texts == batchTexts || b.size+size > batchBytes) {
				if !yield(b, nil) {
					return
				}
				b = batch{}
			}
			b.size += size
			if len(text) == 0 {
				continue
			}
			item, err := readItem(text)
			if err != nil {
				yield(batch{}, fmt.Errorf("line %d: %w", number, err))
				return
			}
			b.add(text, number)
			if item.Vector == nil {
				b.texts++
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(batch{}, fmt.Errorf("line %d is longer than %s; each item stands in a line of its own", number+1, bytesText(maxLine)))
		case err != nil:
			yield(batch{}, fmt.Errorf("line %d cannot be read: %w", number+1, err))
		case len(b.lines) > 0:
			yield(b, nil)
		}
	}
}

// itemForm is what a line looks like.
const itemForm = `{"id": "c-1", "vector": [0.1, 0.2], "text": "…", "metadata": {"city": "Austin"}}`

// readItem reads a line, or returns what is wrong with it, as strictly as vectord would be,
// whose answer names no line.
func readItem(text []byte) (item vector.Item, err error) {
	if err := jsonv2.Unmarshal(text, &item, jsonv2.RejectUnknownMembers(true)); err != nil {
		return item, itemWords(text, err)
	}
	switch {
	case item.ID == "":
		return item, fmt.Errorf("it has no id; an item looks like %s", itemForm)
	case slices.ContainsFunc(item.Vector, func(f float32) bool { return math.IsInf(float64(f), 0) }):
		return item, fmt.Errorf("a number of the vector is larger than %g, the largest that it can hold", math.MaxFloat32)
	}
	return item, nil
}

// itemWords says what is wrong with a line that could not be read, in simpler words than
// the error's where there are any.
func itemWords(text []byte, err error) error {
	switch {
	case bytes.HasPrefix(text, []byte("\x1f\x8b")):
		return errors.New("it is packed by gzip; unpack it: zcat FILE | lakehouse index load NAME --file -")
	case !utf8.Valid(text):
		return errors.New("it is not UTF-8")
	case bytes.HasPrefix(text, []byte("[")):
		return fmt.Errorf("it begins an array; write each item in a line of its own, without the brackets, as %s", itemForm)
	}
	var item vector.Item
	var wrongType *json.UnmarshalTypeError
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	switch simple := dec.Decode(&item); {
	case errors.As(simple, &wrongType) && wrongType.Field == "":
		err = errors.New("it " + wire.TypeWords(wrongType))
	case errors.As(simple, &wrongType):
		err = errors.New(wire.TypeWords(wrongType))
	case simple != nil:
		err = simple
	case dec.InputOffset() < int64(len(text)):
		return errors.New("more follows the item; each stands in a line of its own")
	}
	return fmt.Errorf("it is no item, which looks like %s: %s", itemForm, strings.TrimPrefix(err.Error(), "json: "))
}
