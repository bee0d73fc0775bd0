package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Every command, and every query worker, pays for what packages do before main.
func TestAStartTakesLittleMemory(t *testing.T) {
	var trace bytes.Buffer
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{"lakehouse", "version"}, Stderr: &trace,
		Env: append(os.Environ(), asMain+"=1", "GODEBUG=inittrace=1")}
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, trace.String())
	}
	const most = 16 << 20
	total, packages := 0, 0
	for line := range strings.Lines(trace.String()) {
		var name string
		var at, clock float64
		var size int
		if _, err := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes", &name, &at, &clock, &size); err == nil {
			total, packages = total+size, packages+1
		}
	}
	if packages == 0 || total > most {
		t.Errorf("%d packages take %d bytes before main, over %d:\n%s", packages, total, most, trace.String())
	}
}
