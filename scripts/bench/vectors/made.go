package main

import (
	"bufio"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The vectors lie round centres in a space of fewer dimensions, as embeddings do. They
// are as far from their centre as it is from zero: with less, the tight clusters let
// any search find all of the nearest, and ef says nothing. For the same reason there are
// as many more centres as there are more vectors.
const (
	perCentre = 5
	usual     = 96 // latent dimensions
)

// maker makes vectors by integer arithmetic alone, up to a division and a square root
// that are exact to the last bit everywhere: they are the same on any machine. The i-th
// depends on nothing but i.
type maker struct {
	dim     int
	latent  int
	axes    []int32 // latent x dim
	centres []int32
}

// newMaker is for an index of n vectors; it makes any number of others like them. They lie
// in so many latent dimensions of all.
func newMaker(latent, dim, n int) *maker {
	centres := max(1, n/perCentre)
	r := rand.NewPCG(7, uint64(dim))
	m := &maker{dim: dim, latent: latent, axes: make([]int32, latent*dim), centres: make([]int32, centres*latent)}
	for _, list := range [][]int32{m.axes, m.centres} {
		for i := range list {
			list[i] = bell(r)
		}
	}
	return m
}

// bell draws a number that is normally distributed, all but: the sum of four uniform
// ones, with a standard deviation of 296.
func bell(r *rand.PCG) int32 {
	u := r.Uint64()
	return (int32(u&0xffff) + int32(u>>16&0xffff) + int32(u>>32&0xffff) + int32(u>>48) - 2*0xffff) >> 7
}

// vector writes the i-th, of length 1.
func (m *maker) vector(i int, out []float32, sums []int64) {
	r := rand.NewPCG(uint64(i)*0x9e3779b97f4a7c15, 11)
	at := int(r.Uint64()>>32*uint64(len(m.centres)/m.latent)>>32) * m.latent
	clear(sums)
	for l, z := range m.centres[at:][:m.latent] {
		z += bell(r)
		for k, x := range m.axes[l*m.dim:][:m.dim] {
			sums[k] += int64(z) * int64(x)
		}
	}
	var squares int64
	for k := range sums {
		squares += sums[k] * sums[k]
	}
	length := math.Sqrt(float64(squares))
	for k, x := range sums {
		out[k] = float32(float64(x) / length)
	}
}

// file writes the vectors from one to before another as float32 in the machine's order.
func (m *maker) file(path string, from, to int) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	const part = 1024
	block := make([]float32, part*m.dim)
	for ; from < to; from += part {
		n := min(part, to-from)
		m.block(from, block[:n*m.dim])
		if _, err := w.Write(bytesOf(block[:n*m.dim])); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (m *maker) block(from int, out []float32) {
	var group sync.WaitGroup
	workers := runtime.NumCPU()
	for worker := range workers {
		group.Go(func() {
			sums := make([]int64, m.dim)
			for i := worker; i*m.dim < len(out); i += workers {
				m.vector(from+i, out[i*m.dim:][:m.dim], sums)
			}
		})
	}
	group.Wait()
}

func bytesOf[T float32 | int32](list []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), 4*len(list))
}

// read maps a file of numbers into memory; its pages do not count as memory of the
// process, and stay until it ends.
func read[T float32 | int32](path string) ([]T, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	mapped, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(mapped))), len(mapped)/4), nil
}

// rows cuts an array into vectors.
func rows(list []float32, dim int) [][]float32 {
	out := make([][]float32, len(list)/dim)
	for i := range out {
		out[i] = list[i*dim:][:dim:dim]
	}
	return out
}
