package floats

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"
)

// ReadVector reads the array of numbers that text begins with, and gives its length in
// bytes. It is strict: ok is false where JSON's grammar is broken, or it is no such array.
// The text has to go on behind the array, and end with a brace, as an object does.
func ReadVector(text []byte) (v Vector, length int, ok bool) {
	if !begins(text) {
		return nil, 0, false
	}
	end := bytes.IndexByte(text, ']')
	if end < 0 {
		return nil, 0, false
	}
	v, ok = whole(text[:end+1], make(Vector, 0, count(text[:end+1])))
	return v, end + 1, ok
}

// ReadVectors does the same for an array of vectors. It takes all processors where there
// are many. All numbers lie in what room gives for so many, which may hold anything, as
// far as each vector has as many as the first. More than most are not read: ok is false.
func ReadVectors(text []byte, most int, room func(numbers int) []float32) (list []Vector, length int, ok bool) {
	if !begins(text) {
		return nil, 0, false
	}
	arrays, length, ok := split(text, most)
	if !ok {
		return nil, 0, false
	}
	list = places(arrays, length, room)
	var next atomic.Int64
	var broken atomic.Bool
	read := func() {
		for i := next.Add(1) - 1; i < int64(len(arrays)) && !broken.Load(); i = next.Add(1) - 1 {
			v, ok := whole(arrays[i], list[i])
			if list[i] = v; !ok {
				broken.Store(true)
			}
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), length/worthHelp) - 1 {
		others.Go(read)
	}
	read()
	others.Wait()
	return list, length, !broken.Load()
}

// worthHelp is so many bytes that to read them takes longer than to find somebody for it.
const worthHelp = 64 << 10

func begins(text []byte) bool {
	return len(text) > 0 && text[0] == '[' && text[len(text)-1] == '}'
}

// split gives the arrays in the array that text begins with, each to its bracket, if they
// are of numbers, and no more than most.
func split(text []byte, most int) (arrays [][]byte, length int, ok bool) {
	at := skip(text, 1)
	if text[at] == ']' {
		return nil, at + 1, true
	}
	for text[at] == '[' {
		end := bytes.IndexByte(text[at:], ']') + 1
		if end == 0 || len(arrays) == most {
			return nil, 0, false
		}
		arrays = append(arrays, text[at:at+end])
		switch at = skip(text, at+end); text[at] {
		case ',':
			at = skip(text, at+1)
		case ']':
			return arrays, at + 1, true
		default:
			return nil, 0, false
		}
	}
	return nil, 0, false
}

// places gives empty vectors that have room for as many numbers as the first array has,
// and never more in all than so much text can be.
func places(arrays [][]byte, length int, room func(int) []float32) []Vector {
	list := make([]Vector, len(arrays))
	if len(arrays) == 0 {
		return list
	}
	each := count(arrays[0])
	all := room(min(each*len(arrays), length/2))
	for i := range list {
		end := min((i+1)*each, len(all))
		list[i] = all[min(i*each, end):min(i*each, end):end]
	}
	return list
}

// whole reads an array of numbers that ends where the text does, into a vector.
func whole(array []byte, into Vector) (v Vector, ok bool) {
	v, length, ok := numbers(array, into)
	return v, ok && length == len(array)
}
