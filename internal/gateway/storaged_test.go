package gateway

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// throughGateway gives a client of a real storaged that goes through a gateway.
func throughGateway(t *testing.T) (direct, through *storage.Client) {
	t.Helper()
	direct = testbed.StartStoraged(t)
	e := setup{peers: service.Peers{"storaged": direct.Base}}.run(t)
	return direct, &storage.Client{Client: wire.Client{Service: "gateway", Base: e.url + "/v1"}}
}

func TestTheStorageAPIIsTheSameThroughTheGateway(t *testing.T) {
	direct, through := throughGateway(t)
	ctx := t.Context()
	content := make([]byte, 9<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(content)
	for _, key := range []string{"plain.bin", "a/b", "with space & = ? #/100%/ü", "%2F/%25", "v1/storage/objects/x", "my/datasets/x"} {
		stored, created, err := through.Put(ctx, key, bytes.NewReader(content), -1, storage.Condition{})
		if err != nil || !created || stored.Key != key || stored.Size != int64(len(content)) {
			t.Fatalf("%q: stored %+v, created %t, %v", key, stored, created, err)
		}
		for _, client := range []*storage.Client{direct, through} {
			body, object, err := client.Get(ctx, key, storage.Range{})
			if err != nil {
				t.Fatalf("%q: %v", key, err)
			}
			got, err := io.ReadAll(body)
			body.Close()
			if err != nil || sha256.Sum256(got) != sha256.Sum256(content) || object.ETag != stored.ETag {
				t.Errorf("%q: %d bytes with ETag %s, %v", key, len(got), object.ETag, err)
			}
		}
		body, object, err := through.Get(ctx, key, storage.Range{Offset: 5, Length: 10})
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(body)
		body.Close()
		if err != nil || !bytes.Equal(part, content[5:15]) || object.Size != int64(len(content)) {
			t.Errorf("%q: range %x of %d, %v", key, part, object.Size, err)
		}
		if _, _, err := through.Put(ctx, key, bytes.NewReader(content), int64(len(content)), storage.Condition{IfNoneMatch: true}); !errors.Is(err, storage.ErrPreconditionFailed) {
			t.Errorf("%q: over one that is there: %v", key, err)
		}
		if err := through.Delete(ctx, key); err != nil {
			t.Error(err)
		}
		if _, err := direct.Head(ctx, key); !errors.Is(err, storage.ErrObjectNotFound) {
			t.Errorf("%q: after the delete: %v", key, err)
		}
	}
}

func TestNoUserHarmsADatasetThroughTheGateway(t *testing.T) {
	direct, through := throughGateway(t)
	ctx := t.Context()
	const key = "datasets/0198/data/x.parquet"
	if _, _, err := direct.Put(ctx, key, bytes.NewReader([]byte("rows")), 4, storage.Condition{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := through.Put(ctx, key, bytes.NewReader(nil), 0, storage.Condition{}); !errors.Is(err, storage.ErrReservedKey) {
		t.Errorf("a write: %v", err)
	}
	if err := through.Delete(ctx, key); !errors.Is(err, storage.ErrReservedKey) {
		t.Errorf("a delete: %v", err)
	}
	base := through.Base
	for _, spelling := range []string{"%64atasets/0198/data/x.parquet", "datasets%2F0198%2Fdata%2Fx.parquet", "%2564atasets/0198/data/x.parquet",
		"./datasets/0198/data/x.parquet", "a/../datasets/0198/data/x.parquet", "/datasets/0198/data/x.parquet"} {
		req, err := http.NewRequest(http.MethodDelete, base+"/storage/objects/"+spelling, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if object, err := direct.Head(ctx, key); err != nil || object.Size != 4 {
			t.Fatalf("DELETE %s harmed the dataset: %v", spelling, err)
		}
	}
	body, _, err := through.Get(ctx, key, storage.Range{})
	if err != nil {
		t.Fatalf("reading a reserved key: %v", err)
	}
	body.Close()
}
