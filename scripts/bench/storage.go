package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// object is a size of object that is measured, and how often.
type object struct {
	name  string
	bytes int
	runs  int
}

// storage measures PUT and GET at storaged itself, beside MinIO and beside the
// bare disk. All three write to the same scratch folder.
func (b *bench) storage(ctx context.Context) error {
	f, err := b.startFleet(ctx, "storage", "storaged")
	if err != nil {
		return err
	}
	defer f.Stop()
	storaged := f.URL("storaged") + "/storage/objects/bench-"
	minio := ""
	if _, err := os.Stat(b.minio); err != nil {
		fmt.Fprintf(os.Stderr, "bench: rows beside MinIO are left out: %v\n", err)
	} else {
		var peer *processes.Process
		if peer, minio, err = b.startMinIO(ctx); err != nil {
			return err
		}
		defer peer.Stop()
	}
	server, files, err := b.startFileServer(ctx)
	if err != nil {
		return err
	}
	defer server.Stop()
	for _, o := range []object{{"64 MiB", 64 << 20, 6 * b.runs}, {"4 KiB", 4 << 10, 100 * b.runs}} {
		if err := b.storeAndRead(ctx, o, storaged, minio, files); err != nil {
			return err
		}
	}
	return b.crowdedPuts(ctx, storaged, minio)
}

func (b *bench) storeAndRead(ctx context.Context, o object, storaged, minio, files string) error {
	payload := make([]byte, o.bytes)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(payload) // never fails
	// A few keys, written again and again: memory that the page cache touches for
	// the first time costs more than the disk on some machines.
	name := func(base string, i int) string { return fmt.Sprintf("%s%d-%d", base, o.bytes, i%4) }
	putTo := func(base string) measure.Side[time.Duration] {
		return func(i int) (time.Duration, error) {
			return measure.Timed(func() error { return put(ctx, name(base, i), payload) })
		}
	}
	getFrom := func(base string) measure.Side[time.Duration] {
		return func(i int) (time.Duration, error) {
			return measure.Timed(func() error { return get(ctx, name(base, i), int64(o.bytes)) })
		}
	}
	disk := func(i int) (time.Duration, error) {
		return measure.Timed(func() error {
			return measure.WriteDurably(name(filepath.Join(b.scratch, "disk-"), i), payload)
		})
	}
	writers, readers := []measure.Side[time.Duration]{putTo(storaged), disk}, []measure.Side[time.Duration]{getFrom(storaged), getFrom(files)}
	if minio != "" {
		writers, readers = append(writers, putTo(minio)), append(readers, getFrom(minio))
	}
	if _, err := measure.Alternate(4, writers...); err != nil {
		return err
	}
	writes, err := measure.Alternate(o.runs, writers...)
	if err != nil {
		return err
	}
	b.addStorage("PUT", o, writes[0], writes[1], "bare write, fsync, rename, fsync of the folder")
	if minio != "" {
		b.addStorage("PUT", o, writes[0], writes[2], "MinIO")
	}
	reads, err := measure.Alternate(o.runs, readers...)
	if err != nil {
		return err
	}
	b.addStorage("GET", o, reads[0], reads[1], "net/http's file server")
	if minio != "" {
		b.addStorage("GET", o, reads[0], reads[2], "MinIO")
	}
	return nil
}

// startFileServer serves the scratch folder, where the bare disk's files lie, by
// net/http alone, and gives the URL that their numbers are appended to.
func (b *bench) startFileServer(ctx context.Context) (*processes.Process, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	port, err := processes.FreePort()
	if err != nil {
		return nil, "", err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	server, err := processes.Start(b.scratch, "fileserver", nil, nil, self, "serve", address, b.scratch)
	if err != nil {
		return nil, "", err
	}
	return server, "http://" + address + "/disk-", server.Await(ctx, "http://"+address+"/", http.StatusOK)
}

// addStorage shows large objects as a speed and small ones as a time.
func (b *bench) addStorage(verb string, o object, ours, peer []time.Duration, who string) {
	r := measure.Row{What: fmt.Sprintf("storaged %s of %s", verb, o.name), Who: who}
	if o.bytes >= 1<<20 {
		r.Ours, r.Peer = measure.Speed(int64(o.bytes), measure.Median(ours)), measure.Speed(int64(o.bytes), measure.Median(peer))
	} else {
		r.Ours, r.Peer, r.Lower = measure.Millis(measure.Median(ours)), measure.Millis(measure.Median(peer)), true
	}
	b.add(r)
}

func put(ctx context.Context, url string, payload []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	return send(req, 0)
}

// get reads an object to its end; it must be so many bytes.
func get(ctx context.Context, url string, size int64) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return send(req, size)
}

func send(req *http.Request, size int64) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s", req.Method, req.URL, resp.Status)
	case size > 0 && n != size:
		return fmt.Errorf("%s %s: %d bytes, want %d", req.Method, req.URL, n, size)
	}
	return nil
}

// startMinIO runs a MinIO with a bucket that anyone may read and write, so that
// neither side pays for signatures, and gives the URL that keys are appended to.
func (b *bench) startMinIO(ctx context.Context) (*processes.Process, string, error) {
	server, base, err := b.launchMinIO("minio")
	if err != nil {
		return nil, "", err
	}
	if err := awaitMinIO(ctx, server, base); err != nil {
		return nil, "", errors.Join(err, stopped(server))
	}
	const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::bench/*"]}]}`
	// Older versions of curl sign the body only when they are told its hash.
	hash := fmt.Sprintf("x-amz-content-sha256: %x", sha256.Sum256([]byte(policy)))
	for _, args := range [][]string{{"-X", "PUT", base + "/bench"}, {"-X", "PUT", "-H", hash, "-d", policy, base + "/bench?policy="}} {
		signed := append([]string{"-fsS", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "minioadmin:minioadmin"}, args...)
		if out, err := exec.CommandContext(ctx, "curl", signed...).CombinedOutput(); err != nil {
			return nil, "", errors.Join(fmt.Errorf("MinIO's bucket: %w: %s", err, out), stopped(server))
		}
	}
	return server, base + "/bench/", nil
}

// awaitMinIO waits until MinIO serves S3. Its health routes say 200 earlier, while
// requests are still answered with 503; a stranger is refused only by a server
// that has started.
func awaitMinIO(ctx context.Context, server *processes.Process, base string) error {
	return server.Await(ctx, base+"/", http.StatusForbidden)
}

func stopped(p *processes.Process) error {
	p.Stop()
	return nil
}

// launchMinIO starts MinIO on a folder of that name, without waiting.
func (b *bench) launchMinIO(folder string) (*processes.Process, string, error) {
	port, err := processes.FreePort()
	if err != nil {
		return nil, "", err
	}
	console, err := processes.FreePort()
	if err != nil {
		return nil, "", err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	server, err := processes.Start(b.scratch, "minio", []string{"MINIO_UPDATE=off", "MINIO_BROWSER=off", "HOME=" + b.scratch}, nil,
		b.minio, "server", filepath.Join(b.scratch, folder), "--quiet", "--address", addr, "--console-address", fmt.Sprintf("127.0.0.1:%d", console))
	return server, "http://" + addr, err
}
