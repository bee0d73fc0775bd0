package hnsw

import (
	"fmt"
	"math"
)

// Metric is how near two vectors are.
type Metric int

// The metrics. A distance is the less the nearer.
const (
	Cosine Metric = iota // 1 - cos of the angle; the graph keeps vectors at length 1
	Dot                  // the negated scalar product
	L2                   // the squared Euclidean distance
)

// Config of a graph. The zero value of a field is its default.
type Config struct {
	Dimension      int    // numbers of a vector, 1 to MaxDimension
	Metric         Metric // default Cosine
	M              int    // links of a node in each upper level, twice as many in the lowest; 4 to 64, default 16
	EfConstruction int    // how many candidates an insertion looks at; M to 16384, default 200
	Float          bool   // no codes: float32 all the way
	Seed           uint64 // of the levels
	MaxItems       int    // slots that address space is reserved for; default 1<<20
}

// MaxDimension bounds a vector.
const MaxDimension = 16384

const (
	defaultM              = 16
	defaultEfConstruction = 200
	defaultMaxItems       = 1 << 20
)

// MaxSlots bounds how many vectors a graph can have.
const MaxSlots = 1 << 30

// Complete checks a configuration and gives it with its defaults.
func (c Config) Complete() (Config, error) {
	defaults := []struct {
		field *int
		value int
	}{{&c.M, defaultM}, {&c.EfConstruction, max(defaultEfConstruction, c.M)}, {&c.MaxItems, defaultMaxItems}}
	for _, d := range defaults {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	switch {
	case c.Dimension < 1 || c.Dimension > MaxDimension:
		return c, fmt.Errorf("hnsw: the dimension is %d; it can be 1 to %d", c.Dimension, MaxDimension)
	case c.Metric < Cosine || c.Metric > L2:
		return c, fmt.Errorf("hnsw: there is no metric %d", c.Metric)
	case c.M < 4 || c.M > 64:
		return c, fmt.Errorf("hnsw: m is %d; it can be 4 to 64", c.M)
	case c.EfConstruction < c.M || c.EfConstruction > maxEf:
		return c, fmt.Errorf("hnsw: ef_construction is %d; it can be m, which is %d, to %d", c.EfConstruction, c.M, maxEf)
	case c.MaxItems < 1 || c.MaxItems > MaxSlots:
		return c, fmt.Errorf("hnsw: max_items is %d; it can be 1 to %d", c.MaxItems, MaxSlots)
	}
	return c, nil
}

// VectorError tells why a vector cannot be kept or searched for.
type VectorError struct {
	Dimension int    // that the graph has, 0 if that is not the reason
	Got       int    // numbers in the vector
	Reason    string // of any other kind
}

func (e *VectorError) Error() string {
	if e.Dimension != 0 {
		return fmt.Sprintf("the vector has %d numbers, and the index has dimension %d", e.Got, e.Dimension)
	}
	return e.Reason
}

// Check tells whether a vector can be kept, and searched for: its dimension, only
// finite numbers, a length that float32 can hold and, for Cosine, one that is not zero.
func (c Config) Check(vector []float32) error {
	if len(vector) != c.Dimension {
		return &VectorError{Dimension: c.Dimension, Got: len(vector)}
	}
	squares := squaredLength(vector)
	switch {
	case math.IsNaN(squares) || math.IsInf(squares, 0): // no finite numbers add up to that
		for i, x := range vector {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return &VectorError{Reason: fmt.Sprintf("number %d of the vector is %v; all have to be finite", i+1, x)}
			}
		}
		fallthrough
	case squares > math.MaxFloat32/4:
		return &VectorError{Reason: "the vector is too long: the sum of its squares exceeds what float32 can hold"}
	case c.Metric == Cosine && squares < minSquares:
		return &VectorError{Reason: "the vector has length zero, so it has no direction; leave it out, or use the metric dot or l2"}
	}
	return nil
}

// minSquares is below what a vector of float32 numbers can be brought to length 1
// from without loss.
const minSquares = 1e-30
