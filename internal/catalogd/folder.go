package catalogd

import (
	"context"
	"fmt"
	"hash/maphash"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// manifestsAtOnce bounds the manifests of which a search holds the entries.
const manifestsAtOnce = 4

// folder is a dataset's folder to a search for orphans: what the kept versions
// name in it. A name is kept as its hash; two names that share one spare an
// orphan, and harm nothing.
type folder struct {
	store  *store
	id     string
	seed   maphash.Seed
	named  map[uint64]struct{}
	head   *head // all that it names is in named
	orphan bool  // no dataset has it
	spared bool  // nothing of it is to be removed by this search
}

func newFolder(s *store, seed maphash.Seed, id string) *folder {
	return &folder{store: s, id: id, seed: seed, named: map[uint64]struct{}{}}
}

// loose gives the objects that are not named.
func (f *folder) loose(objects []storage.Object) []storage.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(o storage.Object) bool {
		_, named := f.named[maphash.String(f.seed, o.Key)]
		return named
	})
}

// add notes a named object; fresh tells one that was not known. A name outside of
// the folder is an error: what one folder's versions name would have to be looked
// for in all.
func (f *folder) add(location string) (fresh bool, err error) {
	key, err := f.store.key(location)
	if err == nil && !strings.HasPrefix(key, datasetsPrefix+f.id+"/") {
		err = fmt.Errorf("dataset %s names %s, which lies outside of its folder", f.id, key)
	}
	hash := maphash.String(f.seed, key)
	_, known := f.named[hash]
	f.named[hash] = struct{}{}
	return !known, err
}

func (f *folder) addAll(locations []string) error {
	for _, location := range locations {
		if _, err := f.add(location); err != nil {
			return err
		}
	}
	return nil
}

// read adds what a dataset, or a view, names by a pointer. What an earlier one named stays.
func (f *folder) read(ctx context.Context, h *head) (err error) {
	if f.head == h {
		return nil
	}
	locations := []string{f.store.location(h.MetadataKey)}
	for _, a := range h.Archive {
		locations = append(locations, f.store.location(a.Key))
	}
	if h.view() {
		f.head = h
		return f.addAll(locations)
	}
	meta, err := f.metadata(ctx, h)
	if err != nil {
		return err
	}
	for entry := range meta.PreviousFiles() {
		locations = append(locations, entry.MetadataFile)
	}
	for s := range meta.Statistics() {
		locations = append(locations, s.StatisticsPath)
	}
	for s := range meta.PartitionStatistics() {
		locations = append(locations, s.StatisticsPath)
	}
	if err := f.addAll(locations); err != nil {
		return err
	}
	for snapshots := range slices.Chunk(meta.Snapshots(), parallelIO) {
		if err := f.readSnapshots(ctx, snapshots); err != nil {
			return err
		}
	}
	f.head = h
	return nil
}

// metadata gives a table's metadata without keeping it: the search must not push
// out of memory what is in use.
func (f *folder) metadata(ctx context.Context, h *head) (table.Metadata, error) {
	if t := h.table.Load(); t != nil {
		return t.meta, nil
	}
	return f.store.metadata(ctx, h.pointer)
}

// readSnapshots adds the manifest lists, the manifests and the files of versions.
func (f *folder) readSnapshots(ctx context.Context, snapshots []table.Snapshot) error {
	var unread []table.Snapshot
	for _, s := range snapshots {
		fresh, err := f.add(s.ManifestList)
		if err != nil {
			return err
		}
		if fresh {
			unread = append(unread, s)
		}
	}
	lists := make([][]iceberg.ManifestFile, len(unread))
	g, gctx := errgroup.WithContext(ctx)
	for i := range unread {
		g.Go(func() (err error) {
			lists[i], err = f.store.manifestList(gctx, &unread[i])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var manifests []iceberg.ManifestFile
	for _, m := range slices.Concat(lists...) {
		fresh, err := f.add(m.FilePath())
		if err != nil {
			return err
		}
		if fresh {
			manifests = append(manifests, m)
		}
	}
	for some := range slices.Chunk(manifests, manifestsAtOnce) {
		if err := f.readManifests(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) readManifests(ctx context.Context, manifests []iceberg.ManifestFile) error {
	read, err := f.store.entries(ctx, manifests, true)
	if err != nil {
		return err
	}
	for _, entry := range slices.Concat(read...) {
		if _, err := f.add(entry.DataFile().FilePath()); err != nil {
			return err
		}
	}
	return nil
}

// wasCommitted tells that a folder without a pointer had one: it holds the
// metadata of a second version, and that is made upon a first one only. Its
// pointer was lost, and can be put back as long as the folder is there.
func (f *folder) wasCommitted(ctx context.Context) (found bool, err error) {
	err = f.store.pages(ctx, catalog.MetadataPrefix(f.id), func(page []storage.Object) error {
		for _, o := range page {
			number, _, _ := strings.Cut(path.Base(o.Key), "-")
			version, err := strconv.Atoi(number)
			found = found || err == nil && version > 1 && strings.HasSuffix(o.Key, ".metadata.json")
		}
		return nil
	})
	return found, err
}
