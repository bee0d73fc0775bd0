package simd

import "fmt"

// Matrix is a view of a matrix whose rows are Stride elements apart in Data: element
// (r, c) is Data[r*Stride+c]. What is between rows is neither read nor written, so a
// head of an attention layer is a view of its projection, and the last row needs no
// padding behind it.
type Matrix[T uint8 | float32] struct {
	Data               []T
	Rows, Cols, Stride int
}

// MatrixOf is the view of rows that stand end to end.
func MatrixOf[T uint8 | float32](data []T, rows, cols int) Matrix[T] {
	return Matrix[T]{Data: data, Rows: rows, Cols: cols, Stride: cols}
}

// Row gives row r, which must be less than Rows, as part of the matrix.
func (m Matrix[T]) Row(r int) []T {
	if m.Cols == 0 {
		return nil // rows without elements may have no data behind them either
	}
	return m.Data[r*m.Stride:][:m.Cols]
}

// fit panics unless the rows stand apart inside of Data. The kernels rely on it.
func (m Matrix[T]) fit(what string) {
	if m.Rows < 0 || m.Cols < 0 || m.Stride < m.Cols {
		panic(fmt.Sprintf("simd: %s of %d x %d cannot have rows %d apart", what, m.Rows, m.Cols, m.Stride))
	}
	if m.Cols > 0 && m.Rows > rowsIn(m.Cols, m.Stride, len(m.Data)) {
		panic(fmt.Sprintf("simd: %s of %d x %d, rows %d apart, does not fit into %d elements",
			what, m.Rows, m.Cols, m.Stride, len(m.Data)))
	}
}

func (m Matrix[T]) shape(what string, rows, cols int) {
	m.fit(what)
	if m.Rows != rows || m.Cols != cols {
		panic(fmt.Sprintf("simd: %s is %d x %d, where %d x %d is needed", what, m.Rows, m.Cols, rows, cols))
	}
}

// tiles cuts rows into as few tiles of at most most rows as there can be, of nearly
// one height: a low tile takes almost the time of a high one.
func tiles(rows, most int, each func(at, rows int)) {
	count := (rows + most - 1) / most
	for i := range count {
		at := rows * i / count
		each(at, rows*(i+1)/count-at)
	}
}
