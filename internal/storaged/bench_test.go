package storaged_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// BenchmarkPut stores objects of 4 KiB and 64 MiB: through storaged on the local
// disk and on MinIO, and by the bare system calls on the same disk.
func BenchmarkPut(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 20} {
		body := noise(1, size)
		b.Run(fmt.Sprintf("%d/raw", size), func(b *testing.B) {
			dir := b.TempDir()
			b.SetBytes(int64(size))
			for i := 0; b.Loop(); i++ {
				if err := writeFile(dir, i, body); err != nil {
					b.Fatal(err)
				}
			}
		})
		for name, start := range benchStores() {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				client := start(b)
				b.SetBytes(int64(size))
				for i := 0; b.Loop(); i++ {
					k := fmt.Sprintf("bench/%d.bin", i%8)
					if _, _, err := client.Put(b.Context(), k, bytes.NewReader(body), int64(size), storage.Condition{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkGet reads objects back, from the same places.
func BenchmarkGet(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 20} {
		for name, start := range benchStores() {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				client := start(b)
				if _, _, err := client.Put(b.Context(), "x.bin", bytes.NewReader(noise(1, size)), int64(size), storage.Condition{}); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(size))
				for b.Loop() {
					body, _, err := client.Get(b.Context(), "x.bin", storage.Range{})
					if err != nil {
						b.Fatal(err)
					}
					if n, err := io.Copy(io.Discard, body); err != nil || n != int64(size) {
						b.Fatal(n, err)
					}
					body.Close()
				}
			})
		}
	}
}

func benchStores() map[string]func(*testing.B) *storage.Client {
	return map[string]func(*testing.B) *storage.Client{
		"local": func(b *testing.B) *storage.Client { return testbed.StartStoraged(b) },
		"minio": func(b *testing.B) *storage.Client {
			env := testbed.NewEnv(b, "storaged")
			env.Secrets.S3 = map[string]service.S3{"primary": testbed.StartMinIO(b)}
			c := storaged.Defaults()
			c.Backend = "s3"
			return testbed.StartStoragedWith(b, env, c)
		},
	}
}

// writeFile is what durability costs without a server: a new file, its flush,
// its name, the folder's flush.
func writeFile(dir string, i int, body []byte) error {
	temp := filepath.Join(dir, "temp")
	f, err := os.Create(temp)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(body); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(dir, fmt.Sprint(i%8))); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
