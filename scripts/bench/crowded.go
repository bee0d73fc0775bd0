package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

const (
	putClients = 16
	putEach    = 25 // of a client, in one repetition
)

// crowdedPuts measures small and middling objects that many clients write at
// once, beside MinIO and beside what the disk can make durable at all.
func (b *bench) crowdedPuts(ctx context.Context, storaged, minio string) error {
	for _, o := range []object{{"4 KiB", 4 << 10, b.runs}, {"64 KiB", 64 << 10, b.runs}, {"1 MiB", 1 << 20, b.runs}} {
		payload := make([]byte, o.bytes)
		_, _ = rand.NewChaCha8([32]byte{2}).Read(payload) // never fails
		crowd := func(work func(i int) error) measure.Side[time.Duration] {
			return func(int) (time.Duration, error) {
				return measure.Timed(func() error {
					_, err := manyTimes(ctx, putClients, putClients*putEach, work)
					return err
				})
			}
		}
		to := func(base string) measure.Side[time.Duration] {
			return crowd(func(i int) error { return put(ctx, fmt.Sprintf("%scrowd-%d-%d", base, o.bytes, i), payload) })
		}
		disk := crowd(func(i int) error {
			return measure.WriteDurably(filepath.Join(b.scratch, fmt.Sprintf("crowd-%d-%d", o.bytes, i)), payload)
		})
		sides, peers := []measure.Side[time.Duration]{to(storaged), disk}, []string{"bare writes, fsynced and renamed"}
		if minio != "" {
			sides, peers = append(sides, to(minio)), append(peers, "MinIO; wanted: 2")
		}
		took, err := measure.Alternate(o.runs, sides...)
		if err != nil {
			return err
		}
		rate := func(k int) measure.Value {
			return measure.Of(putClients*putEach/measure.Median(took[k]).Seconds(), "1/s")
		}
		for k, peer := range peers {
			b.add(measure.Row{What: fmt.Sprintf("storaged PUTs of %s from 16 clients", o.name), Ours: rate(0), Peer: rate(k + 1), Who: peer})
		}
	}
	return nil
}

// fsyncCeiling is how many files of a size so many writers make durable in a
// second.
func (b *bench) fsyncCeiling(ctx context.Context, writers, size int) (measure.Value, error) {
	payload := make([]byte, size)
	const count = 1000
	took, err := measure.Timed(func() error {
		_, err := manyTimes(ctx, writers, count, func(i int) error {
			return measure.WriteDurably(filepath.Join(b.scratch, fmt.Sprintf("ceiling-%d", i)), payload)
		})
		return err
	})
	return measure.Of(count/took.Seconds(), "1/s"), err
}

// serveMain is the process of a file server: net/http's own over a folder.
func serveMain(address, folder string) int {
	_ = http.ListenAndServe(address, http.FileServer(http.Dir(folder))) // ends with a signal
	return 1
}
