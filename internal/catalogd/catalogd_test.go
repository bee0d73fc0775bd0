package catalogd_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// house is a catalogd over a storaged.
type house struct {
	*catalog.Client
	storage *storage.Client
}

func open(t testing.TB) house {
	t.Helper()
	s := testbed.StartStoraged(t)
	return house{Client: start(t, s, catalogd.Defaults()), storage: s}
}

// start brings up a catalogd over storage and waits until it can serve.
func start(t testing.TB, s *storage.Client, c catalogd.Config) *catalog.Client {
	t.Helper()
	client := begin(t, s.Base, c)
	await(t, client)
	return client
}

// begin brings up a catalogd that may not be able to serve yet.
func begin(t testing.TB, storageURL string, c catalogd.Config) *catalog.Client {
	t.Helper()
	env := testbed.NewEnv(t, "catalogd")
	env.Peers = service.Peers{"storaged": storageURL}
	c.Spool = t.TempDir()
	d, err := catalogd.New(t.Context(), env, c)
	if err != nil {
		t.Fatal(err)
	}
	client := env.Peer("catalogd")
	client.Base = testbed.Serve(t, env, d)
	return &catalog.Client{Client: client}
}

// await returns once the daemon is ready.
func await(t testing.TB, c *catalog.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		err := c.JSON(ctx, "GET", "/ready", nil, nil, nil)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("catalogd was not ready in time: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// register registers and fails the test on an error.
func (h house) register(t testing.TB, reg catalog.Registration) catalog.Registered {
	t.Helper()
	answer, created, err := h.Register(t.Context(), reg, "")
	if err != nil {
		t.Fatalf("register %s: %v", reg.Name, err)
	}
	if created == answer.Unchanged {
		t.Fatalf("register %s: created is %t and unchanged is %t", reg.Name, created, answer.Unchanged)
	}
	return answer
}

// refused registers and expects an error of the kind, whose words hold all of
// words.
func (h house) refused(t testing.TB, kind error, reg catalog.Registration, words ...string) {
	t.Helper()
	_, _, err := h.Register(t.Context(), reg, "")
	expect(t, err, kind, words...)
}

func expect(t testing.TB, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("the error is %v, not a %v", err, kind)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error %q does not say %q", err, word)
		}
	}
}

func (h house) manifest(t testing.TB, name string, version int64) catalog.Manifest {
	t.Helper()
	m, err := h.Manifest(t.Context(), name, version)
	if err != nil {
		t.Fatalf("manifest of %s, version %d: %v", name, version, err)
	}
	return m
}

func objects(refs ...catalog.ObjectRef) []catalog.ObjectRef { return refs }

// onEachBackend runs the test over the local disk and over a real MinIO.
func onEachBackend(t *testing.T, test func(*testing.T, *storage.Client)) {
	t.Run("local", func(t *testing.T) { test(t, testbed.StartStoraged(t)) })
	t.Run("minio", func(t *testing.T) {
		env := testbed.NewEnv(t, "storaged")
		env.Secrets.S3 = map[string]service.S3{"primary": testbed.StartMinIO(t)}
		c := storaged.Defaults()
		c.Backend = "s3"
		test(t, testbed.StartStoragedWith(t, env, c))
	})
}

func TestLifeOfADataset(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		h := house{Client: start(t, s, catalogd.Defaults()), storage: s}
		first := h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, s, "in/a.parquet", people(t, "Ada", 36, false)))})
		if first.Version != 1 || first.Rows != 1 || first.AddedRows != 1 {
			t.Errorf("the first version is %+v", first)
		}
		second := h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/b.parquet", people(t, "Bob", 41, false)))})
		if second.Version != 2 || second.Rows != 2 || second.AddedRows != 1 || second.DatasetID != first.DatasetID {
			t.Errorf("the second version is %+v", second)
		}
		third := h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, s, "in/c.parquet", people(t, "Cy", 7, false)))})
		if third.Version != 3 || third.Rows != 1 {
			t.Errorf("the third version is %+v", third)
		}
		hr := h.register(t, catalog.Registration{Name: "hr.people", Objects: objects(catalog.ObjectRef{Key: "in/a.parquet"})})

		check := func(t *testing.T, h house) {
			for version, names := range map[int64][]string{1: {"Ada"}, 2: {"Ada", "Bob"}, 3: {"Cy"}, 0: {"Cy"}} {
				m := h.manifest(t, "people", version)
				var found []string
				for _, o := range m.Objects {
					found = append(found, readBack(t, s, o.Key, "name")...)
				}
				if !slices.Equal(found, names) || m.Rows != int64(len(names)) || m.DatasetID != first.DatasetID {
					t.Errorf("version %d holds %v in %d rows, not %v", version, found, m.Rows, names)
				}
				if m.Fingerprint != first.Fingerprint || m.Fingerprint != catalog.Fingerprint(m.Columns) {
					t.Errorf("version %d has the fingerprint %s", version, m.Fingerprint)
				}
			}
			page, err := h.List(t.Context(), "", 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Datasets) != 2 || page.Datasets[0].DatasetID != first.DatasetID || page.Datasets[1].DatasetID != hr.DatasetID || page.Datasets[0].Version != 3 {
				t.Errorf("the listing is %+v", page.Datasets)
			}
			history, err := h.Versions(t.Context(), "people", "", 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(history.Versions) != 3 || history.Versions[0].Version != 3 || history.Versions[0].Operation != "overwrite" || history.Versions[1].Operation != "append" || history.Versions[1].AddedRows != 1 {
				t.Errorf("the history is %+v", history.Versions)
			}
		}
		t.Run("as registered", func(t *testing.T) { check(t, h) })
		t.Run("from storage alone", func(t *testing.T) {
			check(t, house{Client: start(t, s, catalogd.Defaults()), storage: s})
		})
	})
}
