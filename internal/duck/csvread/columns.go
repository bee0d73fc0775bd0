package csvread

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// converter makes an array of one column of a block.
type converter func(b *block, cells []span, memory memory.Allocator) (arrow.ArrayData, error)

// converterOf gives the converter into a type of [arrowType].
func converterOf(t arrow.DataType) (converter, error) {
	switch t := t.(type) {
	case *arrow.StringType:
		return texts, nil
	case *arrow.BooleanType:
		return booleans, nil
	case *arrow.Int32Type:
		return fixed(t, whole32), nil
	case *arrow.Int64Type:
		return fixed(t, whole), nil
	case *arrow.Float32Type:
		return fixed(t, single), nil
	case *arrow.Float64Type:
		return fixed(t, double), nil
	case *arrow.Decimal64Type:
		return fixed(t, narrowDecimal(int(t.Precision), int(t.Scale))), nil
	case *arrow.Decimal128Type:
		return fixed(t, wideDecimal(int(t.Precision), int(t.Scale))), nil
	case *arrow.Date32Type:
		return remembering(t, dates), nil
	case *arrow.Time64Type:
		return fixed(t, clock), nil
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return remembering(t, instants), nil
		}
		return remembering(t, timestamps), nil
	}
	return nil, fmt.Errorf("nothing reads %s", t)
}

// fixed makes a converter into values of one size, each read by read.
func fixed[T any](t arrow.DataType, read func([]byte) (T, bool)) converter {
	return remembering(t, func() func([]byte) (T, bool) { return read })
}

// remembering makes a converter as fixed does, whose reader is made for each block and
// may go by what it read before.
func remembering[T any](t arrow.DataType, reader func() func([]byte) (T, bool)) converter {
	return func(b *block, cells []span, mem memory.Allocator) (arrow.ArrayData, error) {
		read := reader()
		buffer := sized(mem, len(cells)*int(unsafe.Sizeof(*new(T))))
		defer buffer.Release()
		values := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(buffer.Bytes()))), len(cells))
		valid := validity{mem: mem, rows: len(cells)}
		defer valid.release()
		for i, cell := range cells {
			if cell.null() {
				valid.clear(i)
				continue
			}
			value, ok := read(b.text(cell))
			if !ok {
				return nil, errUnlike
			}
			values[i] = value
		}
		return valid.data(t, buffer), nil
	}
}

// booleans reads true and false, in small letters, in capitals, or with one at the head.
func booleans(b *block, cells []span, mem memory.Allocator) (arrow.ArrayData, error) {
	buffer := sized(mem, (len(cells)+7)/8)
	defer buffer.Release()
	bits := buffer.Bytes()
	valid := validity{mem: mem, rows: len(cells)}
	defer valid.release()
	for i, cell := range cells {
		if cell.null() {
			valid.clear(i)
			continue
		}
		switch string(b.text(cell)) {
		case "true", "True", "TRUE":
			bitutil.SetBit(bits, i)
		case "false", "False", "FALSE":
		default:
			return nil, errUnlike
		}
	}
	return valid.data(arrow.FixedWidthTypes.Boolean, buffer), nil
}

// texts takes the bytes as they are.
func texts(b *block, cells []span, mem memory.Allocator) (arrow.ArrayData, error) {
	size := 0
	for _, cell := range cells {
		size += int(cell.end&position - cell.start)
	}
	offsetBuffer, buffer := sized(mem, 4*(len(cells)+1)), sized(mem, size)
	defer offsetBuffer.Release()
	defer buffer.Release()
	offsets, bytes := arrow.Int32Traits.CastFromBytes(offsetBuffer.Bytes()), buffer.Bytes()
	valid := validity{mem: mem, rows: len(cells)}
	defer valid.release()
	at := 0
	for i, cell := range cells {
		offsets[i] = int32(at)
		switch {
		case cell.null():
			valid.clear(i)
		case cell.end&escaped != 0:
			at += copy(bytes[at:], b.text(cell))
		default:
			at += copy(bytes[at:], b.buf[cell.start:cell.end&position])
		}
	}
	offsets[len(cells)] = int32(at)
	return valid.data(arrow.BinaryTypes.String, offsetBuffer, buffer), nil
}

// sized makes a zeroed buffer of some bytes.
func sized(mem memory.Allocator, bytes int) *memory.Buffer {
	buffer := memory.NewResizableBuffer(mem)
	buffer.Resize(bytes)
	return buffer
}

// validity notes which values of an array are NULL. It takes no memory until one is.
type validity struct {
	mem    memory.Allocator
	rows   int
	nulls  int
	bitmap *memory.Buffer
}

func (v *validity) clear(i int) {
	if v.bitmap == nil {
		v.bitmap = sized(v.mem, (v.rows+7)/8)
		memory.Set(v.bitmap.Bytes(), 0xff)
	}
	bitutil.ClearBit(v.bitmap.Bytes(), i)
	v.nulls++
}

// data makes the array of the values in buffers.
func (v *validity) data(t arrow.DataType, buffers ...*memory.Buffer) arrow.ArrayData {
	return array.NewData(t, v.rows, append([]*memory.Buffer{v.bitmap}, buffers...), nil, v.nulls, 0)
}

func (v *validity) release() {
	if v.bitmap != nil {
		v.bitmap.Release()
	}
}
