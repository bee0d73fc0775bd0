package storage_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

func TestLocalPathReadsNaturally(t *testing.T) {
	long := strings.Repeat("x", 300)
	for key, want := range map[string]string{
		"datasets/0198/data/7f.parquet":           "/bucket/datasets/0198/data/7f.parquet",
		"datasets/0198/metadata/v1.metadata.json": "/bucket/datasets/0198/metadata/v1.metadata.json",
		"catalog/default/placements.json":         "/bucket/catalog/default/placements.json",
		"price=1.25/x.csv":                        "/bucket/price=1.25/x.csv",
		"a":                                       "/bucket/a%",
		"a/b":                                     "/bucket/a/b%",
		"x.json/y.json":                           "/bucket/x.json%/y.json",
		"50%.txt":                                 "/bucket/50%25.txt",
		"notes/über.txt":                          "/bucket/notes/über.txt",
		long:                                      "/bucket/" + long[:253] + "%+/" + long[253:] + "%",
	} {
		if got := storage.LocalPath("/bucket", key); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestLocalKeyRefusesFilesOfNoKey(t *testing.T) {
	for _, rel := range []string{storage.InstanceFile, "%tmp/1", "a", "x.json%", "a%2f", "b%+/c%", "../a%", "a//b%", "", "%", "x.json/y.json"} {
		if key, ok := storage.LocalKey(rel); ok {
			t.Errorf("LocalKey(%q) = %q, want none", rel, key)
		}
	}
}

// Random keys over an alphabet of all that the mapping treats specially: each
// key's file leads back to it, no two keys share a file, no file is another
// key's folder, and no name is longer than a file system takes.
func TestLocalPathIsReversible(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	keys := map[string]bool{}
	for range 20_000 {
		keys[randomKey(random)] = true
	}
	files, folders := map[string]string{}, map[string]string{}
	for key := range keys {
		if storage.CheckKey(key) != nil {
			continue
		}
		rel := checkRoundTrip(t, key)
		if other, taken := files[rel]; taken {
			t.Fatalf("%q and %q share the file %q", key, other, rel)
		}
		files[rel] = key
		for dir := filepath.Dir(rel); dir != "."; dir = filepath.Dir(dir) {
			folders[dir] = key
		}
	}
	for dir, key := range folders {
		if other, taken := files[dir]; taken {
			t.Fatalf("the file of %q is a folder of %q: %q", other, key, dir)
		}
	}
	if len(files) < 5_000 {
		t.Fatalf("only %d valid keys were tried", len(files))
	}
}

func randomKey(random *rand.Rand) string {
	parts := []string{"a", "b", ".", "%", "25", "+", "/", "/", ".json", ".x", "1", "é", "%+", "%25", strings.Repeat("l", 126), strings.Repeat("%", 85)}
	var b strings.Builder
	for range 1 + random.IntN(7) {
		b.WriteString(parts[random.IntN(len(parts))])
	}
	return b.String()
}

func checkRoundTrip(t *testing.T, key string) (rel string) {
	t.Helper()
	rel = strings.TrimPrefix(storage.LocalPath("", key), "/")
	for name := range strings.SplitSeq(rel, "/") {
		if len(name) > 255 || name == "" || name == "." || name == ".." {
			t.Fatalf("the file of %q has the name %q", key, name)
		}
	}
	if strings.HasPrefix(rel, "%instance") || strings.HasPrefix(rel, "%tmp") {
		t.Fatalf("the file of %q is one of storaged's own: %q", key, rel)
	}
	if back, ok := storage.LocalKey(rel); !ok || back != key {
		t.Fatalf("LocalKey(%q) = %q, %v, want %q", rel, back, ok, key)
	}
	return rel
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"a", "a/b", "x.json/y.json", "%", "50%25", strings.Repeat("%", 1024), strings.Repeat("é.j/", 200) + "z", "%tmp/1", "%instance"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if storage.CheckKey(key) == nil {
			checkRoundTrip(t, key)
			for cut := range key { // between characters
				if err := storage.CheckPrefix(key[:cut]); err != nil {
					t.Fatalf("%q is refused as a prefix of %q: %v", key[:cut], key, err)
				}
			}
		}
		if back, ok := storage.LocalKey(key); ok && storage.LocalPath("", back) != "/"+key {
			t.Fatalf("the file %q leads to the key %q, whose file is %q", key, back, storage.LocalPath("", back))
		}
	})
}
