package duck

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// vector is one column of a part: DuckDB's memory.
type vector struct {
	data  unsafe.Pointer
	valid []byte // a bit for each row that is not NULL; nil where none is
}

// maskOf gives the bytes of a validity mask, which DuckDB keeps in words of 64 bits.
func maskOf(mask unsafe.Pointer, rows int) []byte {
	if mask == nil {
		return nil
	}
	return unsafe.Slice((*byte)(mask), (rows+63)/64*8)
}

// values gathers the values of a column in Arrow's form. Those of NULLs are
// anything.
type values interface {
	size(v vector, from, to int) int64
	add(v vector, from, to int) error
	buffers() []*memory.Buffer // as Arrow orders them, after the bitmap
	reset()
}

// layout makes what gathers the values of one of DuckDB's layouts.
type layout func() values

// layoutOf gives the layout of a type whose values DuckDB keeps side by side, nil
// for all others.
func layoutOf(t bindings.LogicalType) layout {
	switch id := bindings.GetTypeId(t); id {
	case bindings.TypeTinyInt, bindings.TypeUTinyInt:
		return fixed(1)
	case bindings.TypeSmallInt, bindings.TypeUSmallInt:
		return fixed(2)
	case bindings.TypeInteger, bindings.TypeUInteger, bindings.TypeFloat, bindings.TypeDate:
		return fixed(4)
	case bindings.TypeBigInt, bindings.TypeUBigInt, bindings.TypeDouble, bindings.TypeTime, bindings.TypeTimestamp,
		bindings.TypeTimestampS, bindings.TypeTimestampMS, bindings.TypeTimestampNS, bindings.TypeTimestampTZ:
		return fixed(8)
	case bindings.TypeHugeInt:
		return fixed(16)
	case bindings.TypeDecimal:
		return decimalLayout(bindings.DecimalInternalType(t))
	case bindings.TypeBoolean:
		return func() values { return &bools{} }
	case bindings.TypeVarchar, bindings.TypeBlob:
		return func() values { return &texts{offsets: []int32{0}} }
	}
	return nil
}

// decimalLayout is that of decimals that DuckDB keeps as such integers.
func decimalLayout(internal bindings.Type) layout {
	switch internal {
	case bindings.TypeSmallInt:
		return func() values { return &decimals[int16]{} }
	case bindings.TypeInteger:
		return func() values { return &decimals[int32]{} }
	case bindings.TypeBigInt:
		return func() values { return &decimals[int64]{} }
	}
	return fixed(16)
}

// fixedValues have the same form in Arrow.
type fixedValues struct {
	width int
	bytes []byte
}

func fixed(width int) layout { return func() values { return &fixedValues{width: width} } }

func (f *fixedValues) size(_ vector, from, to int) int64 { return int64((to - from) * f.width) }

func (f *fixedValues) add(v vector, from, to int) error {
	f.bytes = append(f.bytes, unsafe.Slice((*byte)(v.data), to*f.width)[from*f.width:]...)
	return nil
}

func (f *fixedValues) buffers() []*memory.Buffer {
	return []*memory.Buffer{memory.NewBufferBytes(f.bytes)}
}

func (f *fixedValues) reset() { f.bytes = f.bytes[:0] }

// decimals are widened to the 128 bits that Arrow has for each.
type decimals[T int16 | int32 | int64] struct{ wide []decimal128.Num }

func (d *decimals[T]) size(_ vector, from, to int) int64 {
	return int64((to - from) * arrow.Decimal128SizeBytes)
}

func (d *decimals[T]) add(v vector, from, to int) error {
	for _, value := range unsafe.Slice((*T)(v.data), to)[from:] {
		d.wide = append(d.wide, decimal128.FromI64(int64(value)))
	}
	return nil
}

func (d *decimals[T]) buffers() []*memory.Buffer {
	return []*memory.Buffer{memory.NewBufferBytes(arrow.Decimal128Traits.CastToBytes(d.wide))}
}

func (d *decimals[T]) reset() { d.wide = d.wide[:0] }

// bools are bytes in DuckDB and bits in Arrow.
type bools struct {
	rows int
	bits []byte
}

func (b *bools) size(_ vector, from, to int) int64 { return int64(to-from) / 8 }

func (b *bools) add(v vector, from, to int) error {
	b.bits = roomFor(b.bits, b.rows+to-from)
	for i, value := range unsafe.Slice((*byte)(v.data), to)[from:] {
		bitutil.SetBitTo(b.bits, b.rows+i, value != 0)
	}
	b.rows += to - from
	return nil
}

func (b *bools) buffers() []*memory.Buffer { return []*memory.Buffer{memory.NewBufferBytes(b.bits)} }

func (b *bools) reset() { b.rows, b.bits = 0, b.bits[:0] }

// roomFor lengthens a bitmap to so many bits.
func roomFor(bits []byte, n int) []byte {
	return append(bits, make([]byte, int(bitutil.BytesForBits(int64(n)))-len(bits))...)
}

// texts are VARCHAR and BLOB.
type texts struct {
	bytes   []byte
	offsets []int32 // one more than there are values
}

// text is DuckDB's value of one: its length, and its bytes or, where they are more
// than fit, where they are.
type text struct {
	length uint32
	short  [4]byte // goes on in where
	where  *byte
}

// shortText is the length up to which a text's bytes are in its value.
const shortText = 12

// bytes are those of the text.
func (t *text) bytes() []byte {
	if t.length <= shortText {
		return unsafe.Slice(&t.short[0], t.length)
	}
	return unsafe.Slice(t.where, t.length)
}

func (t *texts) size(v vector, from, to int) (bytes int64) {
	list := unsafe.Slice((*text)(v.data), to)
	for i := from; i < to; i++ {
		if v.valid == nil || bitutil.BitIsSet(v.valid, i) {
			bytes += int64(list[i].length)
		}
	}
	return bytes + int64((to-from)*arrow.Int32SizeBytes)
}

func (t *texts) add(v vector, from, to int) error {
	list := unsafe.Slice((*text)(v.data), to)
	for i := from; i < to; i++ {
		if v.valid == nil || bitutil.BitIsSet(v.valid, i) {
			t.bytes = append(t.bytes, list[i].bytes()...)
		}
		t.offsets = append(t.offsets, int32(len(t.bytes)))
	}
	if len(t.bytes) > math.MaxInt32 {
		return &workerFailure{Kind: failInvalid, Position: -1,
			Message: fmt.Sprintf("a value has more than %d bytes, which no result can hold: take a part of it by substring", math.MaxInt32)}
	}
	return nil
}

func (t *texts) buffers() []*memory.Buffer {
	return []*memory.Buffer{memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(t.offsets)), memory.NewBufferBytes(t.bytes)}
}

func (t *texts) reset() { t.bytes, t.offsets = t.bytes[:0], t.offsets[:1] }

// validity gathers which values are not NULL.
type validity struct {
	nulls int
	bits  []byte // nil until the first NULL
}

// add takes the rows of a part behind those that were gathered, which are before.
func (v *validity) add(mask []byte, before, from, to int) {
	n := to - from
	nulls := 0
	if mask != nil {
		nulls = n - bitutil.CountSetBits(mask, from, n)
	}
	if nulls == 0 && v.nulls == 0 {
		return
	}
	if v.nulls == 0 {
		v.bits = roomFor(v.bits[:0], before)
		bitutil.SetBitsTo(v.bits, 0, int64(before), true)
	}
	v.bits = roomFor(v.bits, before+n)
	if nulls == 0 {
		bitutil.SetBitsTo(v.bits, int64(before), int64(n), true)
	} else {
		bitutil.CopyBitmap(mask, from, n, v.bits, before)
	}
	v.nulls += nulls
}

// buffer is the bitmap, nil where nothing is NULL.
func (v *validity) buffer() *memory.Buffer {
	if v.nulls == 0 {
		return nil
	}
	return memory.NewBufferBytes(v.bits)
}

func (v *validity) reset() { v.nulls, v.bits = 0, v.bits[:0] }
