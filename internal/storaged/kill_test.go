package storaged_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// childVariable makes the test binary storaged itself, as cmd/storaged is.
const childVariable = "STORAGED_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(service.Main("storaged", storaged.Defaults(), storaged.New))
	}
	os.Exit(m.Run())
}

// TestKilledInTheMiddleOfWrites: after kill -9 every object is, wholly, the last
// version that was acknowledged or the one that was being written; and a start
// leaves no litter.
func TestKilledInTheMiddleOfWrites(t *testing.T) {
	t.Run("local", func(t *testing.T) {
		data := t.TempDir()
		k := &killing{environ: []string{"LAKEHOUSE_FLEET_DATA=" + data}}
		k.run(t, 6)
		left, err := os.ReadDir(filepath.Join(data, "objects", storage.DefaultBucket, "%tmp"))
		if err != nil || len(left) > 0 {
			t.Errorf("temporary files after a start: %v, %v", left, err)
		}
	})
	t.Run("versitygw", func(t *testing.T) {
		secret, _ := testbed.StartVersityGW(t)
		secrets := filepath.Join(t.TempDir(), "secrets.toml")
		text := fmt.Sprintf("[s3.primary]\nendpoint=%q\nbucket=%q\naccess_key_id=%q\nsecret_access_key=%q\nuse_path_style=true\n",
			secret.Endpoint, secret.Bucket, secret.AccessKeyID, secret.SecretAccessKey.Reveal())
		if err := os.WriteFile(secrets, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		k := &killing{environ: []string{"LAKEHOUSE_FLEET_DATA=" + t.TempDir(), "LAKEHOUSE_STORAGED_BACKEND=s3", "LAKEHOUSE_FLEET_SECRETS_FILE=" + secrets}}
		k.run(t, 3)
	})
}

// killing is a storaged that is killed again and again, and what its writers
// know.
type killing struct {
	environ []string
	process *testbed.Process
	client  *storage.Client
	keys    [4]struct{ acknowledged, sent uint64 }
}

func (k *killing) run(t *testing.T, rounds int) {
	random := rand.New(rand.NewPCG(3, 4))
	k.start(t)
	for range rounds {
		k.writeUntilKilled(t, 10+random.IntN(30))
		k.start(t)
		k.verify(t)
	}
}

func (k *killing) start(t *testing.T) {
	t.Helper()
	address := testbed.FreeAddress(t)
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	wellKnown, _ := service.Port("storaged")
	cmd := exec.Command(testbed.Program("storaged"), "--port-offset", strconv.Itoa(port-wellKnown))
	cmd.Env = append([]string{childVariable + "=1"}, k.environ...)
	cmd.Dir = t.TempDir()
	k.process = testbed.Start(t, "storaged", cmd, "http://"+address+"/ready")
	k.client = &storage.Client{Client: testbed.NewEnv(t, "storaged").Peer("storaged")}
	k.client.Base = "http://" + address
}

// writeUntilKilled writes versions of every key until so many were
// acknowledged, and then kills storaged under its writers.
func (k *killing) writeUntilKilled(t *testing.T, acknowledgements int) {
	acknowledged := make(chan struct{})
	var writers sync.WaitGroup
	for i := range k.keys {
		writers.Go(func() {
			for known := &k.keys[i]; ; {
				known.sent++
				body := version(i, known.sent)
				size := int64(len(body))
				if known.sent%3 == 0 {
					size = -1
				}
				if _, _, err := k.client.Put(t.Context(), objectName(i), unsized{bytes.NewReader(body)}, size, storage.Condition{}); err != nil {
					return // killed
				}
				known.acknowledged = known.sent
				acknowledged <- struct{}{}
			}
		})
	}
	for range acknowledgements {
		<-acknowledged
	}
	go func() {
		for range acknowledged { // of writes that were answered before the end
		}
	}()
	k.process.Kill()
	writers.Wait()
	close(acknowledged)
}

func (k *killing) verify(t *testing.T) {
	t.Helper()
	s := &subject{Client: k.client}
	for i, known := range k.keys {
		if known.acknowledged == 0 && known.sent == 0 {
			continue
		}
		got, _, err := s.fetch(t, objectName(i))
		if known.acknowledged == 0 && err != nil {
			continue // the first version was never acknowledged
		}
		if err != nil || len(got) < 8 {
			t.Fatalf("object %d: %d bytes, %v", i, len(got), err)
		}
		sequence := binary.BigEndian.Uint64(got)
		if sequence < known.acknowledged || sequence > known.sent {
			t.Errorf("object %d is version %d; %d was acknowledged, %d was sent", i, sequence, known.acknowledged, known.sent)
		}
		if !bytes.Equal(got, version(i, sequence)) {
			t.Errorf("object %d is not wholly its version %d: %d bytes", i, sequence, len(got))
		}
		k.keys[i].acknowledged = sequence
	}
	page, err := k.client.List(t.Context(), "", "", "", 0)
	if err != nil || len(page.Objects) > len(k.keys) {
		t.Errorf("listed %d objects, %v", len(page.Objects), err)
	}
}

func objectName(i int) string { return fmt.Sprintf("datasets/%d/data/object.bin", i) }

// version gives the bytes of a version, of 1 KiB to 7 MiB: its number, then
// noise.
func version(key int, sequence uint64) []byte {
	size := 1024 << (sequence * 7 % 14)
	body := noise(uint64(key)*1000+sequence, min(size, 7<<20))
	binary.BigEndian.PutUint64(body, sequence)
	return body
}
