package engine

import (
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// Config of an index. The zero value of a field is its default.
type Config struct {
	Dimension      int         // numbers of a vector, 1 to hnsw.MaxDimension
	Metric         hnsw.Metric // default hnsw.Cosine
	M              int         // links of an item in the graph; 4 to 64, default 16
	EfConstruction int         // how many candidates an insertion looks at; M to 16384, default 200
	Float          bool        // no codes: float32 all the way
	Seed           uint64      // of the graph's levels
	MaxItems       int         // items that there can be; default 1<<20

	// TextFields are the fields of metadata whose text is found by its words, named as
	// in a filter ("address.city"). Such text cannot be compared by a filter, which may
	// still ask whether there is any. Without fields there is no search by words.
	TextFields []string

	Memory *Memory // that counts the index; nil: none does
}

// MaxTextFields bounds how many fields are found by words.
const MaxTextFields = 64

// check tells what is wrong with the text fields; the graph checks the rest.
func (c Config) check() error {
	if n := len(c.TextFields); n > MaxTextFields {
		return fmt.Errorf("engine: there are %d text fields; there may be %d", n, MaxTextFields)
	}
	for i, name := range c.TextFields {
		switch {
		case name == "":
			return fmt.Errorf("engine: text field %d has no name", i)
		case slices.Contains(c.TextFields[:i], name):
			return fmt.Errorf("engine: the text field %q is there twice", name)
		}
	}
	return nil
}

// graph gives what is the graph's to know.
func (c Config) graph() hnsw.Config {
	return hnsw.Config{Dimension: c.Dimension, Metric: c.Metric, M: c.M, EfConstruction: c.EfConstruction,
		Float: c.Float, Seed: c.Seed, MaxItems: c.MaxItems}
}

// spare is how many items can be replaced at once where the index is full: each is beside
// the one before it until no search is left that began with that. It takes address space
// alone until it is used.
const spare = 10_000

// slots gives the graph room for as many items as there can be and, up to what a graph can
// have, the spare.
func (c Config) slots() hnsw.Config {
	g := c.graph()
	g.MaxItems = max(g.MaxItems, min(g.MaxItems+spare, hnsw.MaxSlots))
	return g
}

// Complete checks a configuration and gives it with its defaults.
func (c Config) Complete() (Config, error) {
	if err := c.check(); err != nil {
		return c, err
	}
	g, err := c.graph().Complete()
	c.M, c.EfConstruction, c.MaxItems = g.M, g.EfConstruction, g.MaxItems
	return c, err
}
