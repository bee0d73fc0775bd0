package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"
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
		crowd := func(work func(i int) error) side {
			return func(int) (time.Duration, error) {
				return timed(func() error {
					_, err := manyTimes(ctx, putClients, putClients*putEach, work)
					return err
				})
			}
		}
		to := func(base string) side {
			return crowd(func(i int) error { return put(ctx, fmt.Sprintf("%scrowd-%d-%d", base, o.bytes, i), payload) })
		}
		disk := crowd(func(i int) error {
			return writeDurably(filepath.Join(b.scratch, fmt.Sprintf("crowd-%d-%d", o.bytes, i)), payload)
		})
		sides, peers := []side{to(storaged), disk}, []string{"bare writes, fsynced and renamed"}
		if minio != "" {
			sides, peers = append(sides, to(minio)), append(peers, "MinIO; wanted: 2")
		}
		took, err := alternate(o.runs, sides...)
		if err != nil {
			return err
		}
		rate := func(k int) value { return value{putClients * putEach / median(took[k]).Seconds(), "1/s"} }
		for k, peer := range peers {
			b.add(row{what: fmt.Sprintf("storaged PUTs of %s from 16 clients", o.name), ours: rate(0), peer: rate(k + 1), who: peer})
		}
	}
	return nil
}

// fsyncCeiling is how many files of a size so many writers make durable in a
// second.
func (b *bench) fsyncCeiling(ctx context.Context, writers, size int) (value, error) {
	payload := make([]byte, size)
	const count = 1000
	took, err := timed(func() error {
		_, err := manyTimes(ctx, writers, count, func(i int) error {
			return writeDurably(filepath.Join(b.scratch, fmt.Sprintf("ceiling-%d", i)), payload)
		})
		return err
	})
	return value{count / took.Seconds(), "1/s"}, err
}

// serveMain is the process of a file server: net/http's own over a folder.
func serveMain(address, folder string) int {
	_ = http.ListenAndServe(address, http.FileServer(http.Dir(folder))) // ends with a signal
	return 1
}
