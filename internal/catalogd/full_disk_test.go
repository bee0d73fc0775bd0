package catalogd_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestACommitOnAFullDisk: it is told, whether the disk's end or its reserve is
// reached, nothing of it is visible, and with room made the same commit succeeds.
func TestACommitOnAFullDisk(t *testing.T) {
	for name, ballast := range map[string]int{"full": 16 << 20, "at its reserve": 5 << 20} {
		t.Run(name, func(t *testing.T) {
			env := testbed.NewEnv(t, "storaged")
			testbed.SmallDisk(t, env.Fleet.Data, 8<<20)
			c := storaged.Defaults()
			c.ReserveBytes = 4 << 20
			s := testbed.StartStoragedWith(t, env, c)
			h := house{Client: begin(t, s.Base, catalogd.Defaults()), storage: s}
			await(t, h.Client)
			h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/1.parquet", people(t, "one", 1, false)))})
			second := catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/2.parquet", people(t, "two", 2, false)))}
			weight := filepath.Join(env.Fleet.Data, "ballast")
			_ = os.WriteFile(weight, make([]byte, ballast), 0o600) // as far as it goes
			var p *wire.Problem
			for range 2 {
				_, _, err := h.Register(t.Context(), second, "")
				if !errors.As(err, &p) || !errors.Is(err, storage.ErrDiskReserve) {
					t.Fatalf("%v", err)
				}
			}
			if m := h.manifest(t, "people", 0); m.Version != 1 || m.Rows != 1 {
				t.Errorf("version %d with %d rows is visible", m.Version, m.Rows)
			}
			if err := os.Remove(weight); err != nil {
				t.Fatal(err)
			}
			h.register(t, second)
			if m := h.manifest(t, "people", 0); m.Version != 2 || m.Rows != 2 {
				t.Errorf("afterwards: %s", fmt.Sprintf("version %d with %d rows", m.Version, m.Rows))
			}
		})
	}
}

// TestADiskThatFillsWithinACommit: whichever file of a commit finds no room, the
// pointer alone included, the commit is told, nothing of it is visible, and with room
// made the same one succeeds, once.
func TestADiskThatFillsWithinACommit(t *testing.T) {
	env := testbed.NewEnv(t, "storaged")
	leave := testbed.FewFiles(t, env.Fleet.Data)
	c := storaged.Defaults()
	c.ReserveBytes = 1
	s := testbed.StartStoragedWith(t, env, c)
	h := house{Client: begin(t, s.Base, catalogd.Defaults()), storage: s}
	await(t, h.Client)
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/1.parquet", people(t, "one", 1, false)))})
	second := catalog.Registration{Name: "people", Mode: catalog.Append, ContentHash: "two", Objects: objects(put(t, s, "in/2.parquet", people(t, "two", 2, false)))}
	written := func() (files int) {
		page, err := s.List(t.Context(), "datasets/", "", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Objects)
	}
	before, pointerAlone, tries := written(), false, 0
	const files, most = 4, 8 // of a commit beside the pointer: data, manifest, list, metadata
	for room := 0; ; room++ {
		leave(room)
		_, _, err := h.Register(t.Context(), second, "")
		if err == nil {
			break
		}
		if room == most || !errors.Is(err, storage.ErrStorageFull) {
			t.Fatalf("with room for %d files: %v", room, err)
		}
		after := written()
		pointerAlone = pointerAlone || room == files && after-before == files
		before = after
		// What an earlier attempt left may be removed while this one is counted.
		if tries++; room == files && !pointerAlone && tries < 50 {
			room--
		}
		if m := h.manifest(t, "people", 0); m.Version != 1 || m.Rows != 1 {
			t.Errorf("with room for %d files version %d with %d rows is visible", room, m.Version, m.Rows)
		}
	}
	if !pointerAlone {
		t.Error("no commit had room for all of its files but the pointer")
	}
	leave(most)
	if again, _, err := h.Register(t.Context(), second, ""); err != nil || !again.Unchanged {
		t.Errorf("afterwards: %+v, %v", again, err)
	}
	if m := h.manifest(t, "people", 0); m.Version != 2 || m.Rows != 2 {
		t.Errorf("version %d has %d rows", m.Version, m.Rows)
	}
}
