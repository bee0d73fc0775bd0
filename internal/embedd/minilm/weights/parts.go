package weights

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// part is a part of the file: n numbers of size bytes, which read takes from memory and
// write appends to a file.
type part struct {
	n, size int
	read    func(unsafe.Pointer)
	write   func(file []byte) []byte
}

func partOf[T int8 | int32 | float32](slice *[]T, n int) part {
	return part{
		n:    n,
		size: int(unsafe.Sizeof(*new(T))),
		read: func(at unsafe.Pointer) { *slice = unsafe.Slice((*T)(at), n) },
		write: func(file []byte) []byte {
			if len(*slice) != n {
				panic(fmt.Sprintf("minilm: a part has %d numbers, not %d", len(*slice), n))
			}
			file, err := binary.Append(file, binary.LittleEndian, *slice)
			if err != nil {
				panic(err) // numbers of a fixed size can be written
			}
			return file
		},
	}
}

// parts lists the parts in their order.
func (w *Weights) parts(each func(part)) {
	each(partOf(&w.WordEmbeddings, VocabularySize*HiddenSize))
	each(partOf(&w.WordScales, VocabularySize))
	each(partOf(&w.PositionEmbeddings, MaxTokens*HiddenSize))
	w.Norm.parts(each)
	for i := range w.Layers {
		l := &w.Layers[i]
		l.QKV.parts(HiddenSize, 3*HiddenSize, each)
		l.AttentionOutput.parts(HiddenSize, HiddenSize, each)
		l.AttentionNorm.parts(each)
		l.Intermediate.parts(HiddenSize, IntermediateSize, each)
		l.Output.parts(IntermediateSize, HiddenSize, each)
		l.OutputNorm.parts(each)
	}
}

func (n *Norm) parts(each func(part)) {
	each(partOf(&n.Gamma, HiddenSize))
	each(partOf(&n.Beta, HiddenSize))
}

func (l *Linear) parts(k, n int, each func(part)) {
	each(partOf(&l.Factors, k))
	each(partOf(&l.Panels, k*n))
	each(partOf(&l.Sums, n))
	each(partOf(&l.Scales, n))
	each(partOf(&l.Biases, n))
}
