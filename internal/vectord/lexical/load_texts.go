package lexical

import (
	"encoding/binary"
	"math"
)

func (l *loader) nextWords(f *frame, bytes, none int) error {
	if none != 0 {
		return unfit("claims words that cannot be")
	}
	return l.read(f, f.count, bytes)
}

func (l *loader) cutWords(f *frame) error {
	body := string(f.body)
	f.words, f.bytes = make([]string, f.count), int64(len(body))
	for i := range f.words {
		n := int(f.columns[i])
		if n == 0 || n > maxWord || n > len(body) {
			return unfit("has a word that cannot be")
		}
		f.words[i], body = body[:n], body[n:]
	}
	if body != "" {
		return unfit("has more than its words")
	}
	return nil
}

func (l *loader) takeWords(f *frame) error {
	l.words = append(l.words, f.words...)
	l.counts.spelling += f.bytes
	l.tell()
	return nil
}

func (l *loader) nextTexts(f *frame, bytes, none int) error {
	if none != 0 {
		return unfit("claims texts that cannot be")
	}
	return l.read(f, 8*f.count, bytes)
}

func (l *loader) cutTexts(f *frame) error {
	body := string(f.body)
	f.slots, f.words, f.bytes = make([]uint32, f.count), make([]string, f.count), int64(len(body))
	for i := range f.words {
		slot, n := binary.LittleEndian.Uint32(f.columns[4*i:]), int(binary.LittleEndian.Uint32(f.columns[4*(f.count+i):]))
		if int(slot/64) >= len(l.allowed) || l.allowed[slot/64]>>(slot%64)&1 == 0 || i > 0 && slot <= f.slots[i-1] || n > len(body) {
			return unfit("has a text that cannot be")
		}
		if err := l.sum(f, slot, f.body[len(f.body)-len(body):][:n]); err != nil {
			return err
		}
		f.slots[i], f.words[i], body = slot, body[:n], body[n:]
	}
	if body != "" {
		return unfit("has more than its texts")
	}
	f.columns, f.body = nil, nil
	return nil
}

// sum checks what is kept of a text, and adds it to the frame's sums.
func (l *loader) sum(f *frame, slot uint32, data []byte) error {
	length, data := checked(data)
	if length == 0 || length > math.MaxUint32 || len(data) == 0 {
		return unfit("has a text without words")
	}
	for term, some := uint64(0), false; len(data) > 0; some = true {
		var step uint64
		before := len(data)
		step, data = checked(data)
		if term += step; len(data) == before || some && step == 0 || step > math.MaxUint32 || term >= uint64(len(l.words)) {
			return unfit("has a text of words that are not there")
		}
		f.sums.pairs += l.keys.ofPair(slot, uint32(term), uint32(length))
	}
	f.sums.words += l.keys.ofWords(slot, uint32(length))
	f.total += int64(length)
	return nil
}

// checked is number for bytes that may not be sound: then it gives 0 and leaves them.
func checked(data []byte) (uint64, []byte) {
	if len(data) > 2 {
		a, b, c := uint64(data[0]), uint64(data[1]), uint64(data[2])
		switch {
		case a < 0x80:
			return a, data[1:]
		case b < 0x80:
			return a&0x7f | b<<7, data[2:]
		case c < 0x80:
			return a&0x7f | b&0x7f<<7 | c<<14, data[3:]
		}
	}
	v, n := binary.Uvarint(data)
	return v, data[max(n, 0):]
}

func (l *loader) takeTexts(f *frame) error {
	if int(f.slots[0]) < l.next {
		return unfit("has texts that are not in order")
	}
	for i, slot := range f.slots {
		l.texts[slot] = f.words[i]
	}
	l.next = int(f.slots[f.count-1]) + 1
	l.ofTexts.add(f.sums)
	l.counts.texts += f.count
	l.counts.words += f.total
	l.counts.forward += f.bytes
	l.tell()
	return nil
}
