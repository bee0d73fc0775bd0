package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

const (
	appendWriters = 8
	appendCount   = 10_000
	manyDatasets  = 10_000
)

// catalog measures small durable appends to one dataset, and listings of many.
func (b *bench) catalog(ctx context.Context) error {
	f, err := b.startFleet(ctx, "catalog", "storaged", "catalogd", "gateway")
	if err != nil {
		return err
	}
	defer f.Stop()
	if err := b.appends(ctx, f); err != nil {
		return err
	}
	return b.listing(ctx, f)
}

// appends lets writers put a small file into the dataset's folder and register
// it, one after the other each, as an ingest does.
func (b *bench) appends(ctx context.Context, f *fleet) error {
	file, err := b.tinyParquet(ctx)
	if err != nil {
		return err
	}
	cat := &catalog.Client{Client: f.Gateway()}
	first, _, err := cat.Register(ctx, catalog.Registration{Name: "events", Columns: []catalog.Column{{FieldID: 1, Name: "id", Type: "long", Nullable: true}}}, "")
	if err != nil {
		return err
	}
	began := time.Now()
	moments, err := manyTimes(ctx, appendWriters, appendCount, func(i int) error {
		key := catalog.ObjectKey(first.DatasetID, sha256.Sum256(file))
		store := storage.Client{Client: f.Direct("storaged")}
		if _, _, err := store.Put(ctx, key, bytes.NewReader(file), int64(len(file)), storage.Condition{IfNoneMatch: true}); err != nil {
			return err
		}
		_, _, err := cat.Register(ctx, catalog.Registration{Name: "events", Mode: catalog.Append, DatasetID: first.DatasetID,
			Objects: []catalog.ObjectRef{{Key: key}}, ContentHash: fmt.Sprintf("bench:%d", i)}, "")
		return err
	})
	if err != nil {
		return err
	}
	m, err := cat.Manifest(ctx, "events", 0)
	if err != nil || m.Rows != appendCount {
		return fmt.Errorf("the dataset has %d rows after %d appends: %v", m.Rows, appendCount, err)
	}
	ceiling, err := b.fsyncCeiling(ctx, appendWriters, 4<<10)
	if err != nil {
		return err
	}
	slices.SortFunc(moments, func(a, b time.Time) int { return a.Compare(b) })
	rate := func(from, to int) measure.Value {
		start := began
		if from > 0 {
			start = moments[from-1]
		}
		return measure.Of(float64(to-from)/moments[to-1].Sub(start).Seconds(), "1/s")
	}
	b.add(measure.Row{What: "durable appends to one dataset, 8 writers, 10,000 in all", Ours: rate(0, appendCount), Peer: ceiling,
		Who: "files written, fsynced and renamed by 8 writers", Note: "wanted: 100 a second"})
	b.add(measure.Row{What: "the last thousand of those appends", Ours: rate(appendCount-1000, appendCount), Peer: rate(0, 1000),
		Who: "the first thousand", Note: "wanted: 0.5"})
	return nil
}

// listing reads pages of a catalog of many datasets.
func (b *bench) listing(ctx context.Context, f *fleet) error {
	cat := &catalog.Client{Client: f.Gateway()}
	_, err := manyTimes(ctx, 16, manyDatasets, func(i int) error {
		_, _, err := cat.Register(ctx, catalog.Registration{Name: fmt.Sprintf("bench.set_%05d", i), Mode: catalog.Create,
			Columns: []catalog.Column{{FieldID: 1, Name: "id", Type: "long", Nullable: true}}}, "")
		return err
	})
	if err != nil {
		return err
	}
	var pages []time.Duration
	for cursor, more := "", true; more; {
		var page catalog.List
		took, err := measure.Timed(func() (err error) {
			page, err = cat.List(ctx, cursor, 1000)
			return err
		})
		if err != nil {
			return err
		}
		pages = append(pages, took)
		if more = page.NextCursor != nil; more {
			cursor = *page.NextCursor
		}
	}
	b.add(measure.Row{What: "a page of 1,000 of 10,000 datasets, the slowest of all pages", Ours: measure.Millis(slices.Max(pages)),
		Peer: measure.Of(50, "ms"), Who: "the bound that is wanted", Lower: true})
	return nil
}

// tinyParquet is a file of one row.
func (b *bench) tinyParquet(ctx context.Context) ([]byte, error) {
	db, err := openDuck()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	path := filepath.Join(b.scratch, "tiny.parquet")
	if _, err := db.ExecContext(ctx, fmt.Sprintf("COPY (SELECT 1::BIGINT AS id) TO %s (FORMAT parquet, FIELD_IDS {id: 1})", quote(path))); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// manyTimes does work so many times, by so many workers, and gives the moments at
// which each was done.
func manyTimes(ctx context.Context, workers, count int, work func(i int) error) ([]time.Time, error) {
	var next atomic.Int64
	moments := make([]time.Time, count)
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				if errs[w] = work(i); errs[w] != nil {
					return
				}
				moments[i] = time.Now()
			}
		})
	}
	group.Wait()
	return moments, errors.Join(append(errs, ctx.Err())...)
}
