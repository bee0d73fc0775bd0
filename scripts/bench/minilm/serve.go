package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// request asks for all texts of a kind; answer tells what embedding them took, in seconds.
type request struct {
	Kind    string `json:"kind"`
	Vectors bool   `json:"vectors,omitempty"` // are wanted
}

type answer struct {
	Wall      float64   `json:"wall"`
	Processor float64   `json:"processor"`
	Resident  int64     `json:"resident,omitempty"` // bytes at most until now, ours only
	Vectors   []float32 `json:"vectors,omitempty"`
}

// texts are those of each kind that prepare.py made.
func texts(path string) (kinds map[string][]string, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return kinds, json.Unmarshal(content, &kinds)
}

// serve is our side, in a process of its own as the peer is. Reading text is measured.
func serve(ctx context.Context, path string) error {
	kinds, err := texts(path)
	if err != nil {
		return err
	}
	m, err := minilm.Load(simd.Best())
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		wall, before := time.Now(), processorTime()
		made, err := m.Embed(ctx, kinds[r.Kind])
		if err != nil {
			return err
		}
		a := answer{Wall: time.Since(wall).Seconds(), Processor: (processorTime() - before).Seconds()}
		if a.Resident, err = resident(); err != nil {
			return err
		}
		if r.Vectors {
			for _, e := range made {
				a.Vectors = append(a.Vectors, e.Vector...)
			}
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for wrong arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident gives the most bytes that the process ever held, the mapped binary included.
func resident() (kib int64, err error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	_, err = fmt.Sscan(rest, &kib)
	return kib << 10, err
}
