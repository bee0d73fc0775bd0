package parquetfile

import (
	"encoding/binary"
	"errors"
)

// The library's Thrift decoder makes room for as many elements as a list claims
// to have before it reads the first: seventy bytes that claim a hundred million
// make it take 800 MB. So a footer is walked through once before it is decoded,
// and every length held against the bytes that are left.

var errThrift = errors.New("its footer is damaged")

const maxThriftDepth = 64

// Wire types of Thrift's compact protocol.
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// checkThrift walks through one struct in Thrift's compact protocol.
func checkThrift(data []byte) error {
	w := thriftWalker{rest: data}
	return w.structure(0)
}

type thriftWalker struct{ rest []byte }

func (w *thriftWalker) skip(n uint64) error {
	if n > uint64(len(w.rest)) {
		return errThrift
	}
	w.rest = w.rest[n:]
	return nil
}

func (w *thriftWalker) octet() (byte, error) {
	if len(w.rest) == 0 {
		return 0, errThrift
	}
	b := w.rest[0]
	w.rest = w.rest[1:]
	return b, nil
}

func (w *thriftWalker) varint() (uint64, error) {
	v, n := binary.Uvarint(w.rest)
	if n <= 0 {
		return 0, errThrift
	}
	return v, w.skip(uint64(n))
}

func (w *thriftWalker) structure(depth int) error {
	for {
		header, err := w.octet()
		if err != nil || header == thriftStop {
			return err
		}
		if header>>4 == 0 { // the field's number follows
			if _, err := w.varint(); err != nil {
				return err
			}
		}
		kind := header & 0xf
		if kind == thriftTrue || kind == thriftFalse {
			continue // the header is the value
		}
		if err := w.value(kind, depth+1); err != nil {
			return err
		}
	}
}

func (w *thriftWalker) value(kind byte, depth int) error {
	if depth > maxThriftDepth {
		return errThrift
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return w.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := w.varint()
		return err
	case thriftDouble:
		return w.skip(8)
	case thriftBinary:
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case thriftList, thriftSet:
		return w.list(depth)
	case thriftMap:
		return w.mapping(depth)
	case thriftStruct:
		return w.structure(depth)
	}
	return errThrift
}

func (w *thriftWalker) list(depth int) error {
	header, err := w.octet()
	if err != nil {
		return err
	}
	n := uint64(header >> 4)
	if n == 15 {
		if n, err = w.varint(); err != nil {
			return err
		}
	}
	return w.elements(n, depth, header&0xf)
}

func (w *thriftWalker) mapping(depth int) error {
	n, err := w.varint()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := w.octet()
	if err != nil {
		return err
	}
	return w.elements(n, depth, kinds>>4, kinds&0xf)
}

// elements walks through n groups of values; each takes a byte at least.
func (w *thriftWalker) elements(n uint64, depth int, kinds ...byte) error {
	if n > uint64(len(w.rest)) {
		return errThrift
	}
	for range n {
		for _, kind := range kinds {
			if err := w.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
