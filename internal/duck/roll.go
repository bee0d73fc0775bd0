package duck

import (
	"fmt"
	"os"
	"path/filepath"
)

// roll says when a file has its share of the rows. What DuckDB holds of a file that it
// writes is not known, so that goes by how much text the file before took for a byte.
type roll struct {
	into  string
	bytes float64 // that a file is to have
	n     int
	file  string  // the one that is written
	ratio float64 // bytes of a file for one of text
}

// Text becomes a fifth, mostly, and hardly ever more than half. A file gets less than
// it may have, as its rows can pack worse than those before.
func newRoll(csv *CSV) *roll {
	return &roll{into: csv.Into, bytes: 0.625 * float64(csv.FileBytes), ratio: 0.5}
}

// next begins a file.
func (r *roll) next() {
	r.file = filepath.Join(r.into, fmt.Sprintf("data_%d.parquet", r.n))
	r.n++
}

// full reports that a file with so much text has enough.
func (r *roll) full(text int64) bool {
	if float64(text)*r.ratio >= r.bytes {
		return true
	}
	info, err := os.Stat(r.file)
	return err == nil && float64(info.Size()) >= r.bytes
}

// learn takes the ratio of the file that was written, of so much text.
func (r *roll) learn(text int64) error {
	info, err := os.Stat(r.file)
	if err == nil {
		r.ratio = float64(info.Size()) / float64(text)
	}
	return err
}
