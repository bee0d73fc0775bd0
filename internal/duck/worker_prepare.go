package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/sandbox"
)

// prepare reads the setup and builds the walls.
func (w *worker) prepare() error {
	s, err := w.readSetup()
	if err != nil {
		return err
	}
	memory, err := sandbox.OpenMemory(os.Getpid())
	if err != nil {
		return err
	}
	defer memory.Close()
	if s.S3 != nil {
		if err := openLibraries(s.S3.Extension); err != nil {
			return err
		}
	}
	report, err := sandbox.Enter(rulesOf(s))
	if err != nil {
		return err
	}
	if err := w.open(s); err != nil {
		return err
	}
	if w.parser, err = newParser(w.plain.db); err != nil {
		return err
	}
	size, err := memory.AddressSpace()
	if err != nil {
		return err
	}
	if err := sandbox.Limit(size + max(s.Limits.MemoryBytes, s.PlanBytes) + addressSlack); err != nil {
		return err
	}
	debug.SetMemoryLimit(s.Limits.MemoryBytes / 8)
	return w.out.send(frameReady, report)
}

// open makes the worker's instances.
func (w *worker) open(s setup) (err error) {
	w.threads, w.noRows = s.Limits.Threads, s.noRows()
	plain := s
	if s.S3 != nil {
		plain.S3 = s.S3.withoutKey()
	}
	if w.plain, err = openInstance(plain); err != nil || s.S3 == nil {
		return err
	}
	w.objects, err = newObjects(s)
	return err
}

func (w *worker) readSetup() (s setup, err error) {
	kind, payload, err := w.next()
	if err != nil || kind != frameSetup {
		return s, fmt.Errorf("no setup: %w", err)
	}
	if err := json.Unmarshal(payload, &s); err != nil {
		return s, err
	}
	if os.Getppid() != s.Parent {
		return s, errors.New("the parent is gone")
	}
	return s, nil
}

// addressSlack is how much address space a worker may reserve beyond its bound
// of memory: heaps and stacks reserve more than they use.
const addressSlack = 1 << 30

// rulesOf gives the kernel wall of a setup.
func rulesOf(s setup) sandbox.Rules {
	rules := sandbox.Rules{ReadDirs: s.ReadDirs, ReadFiles: s.ReadFiles, WriteDirs: []string{s.SpillDir}}
	if s.WriteDir != "" {
		rules.WriteDirs = append(rules.WriteDirs, s.WriteDir)
	}
	if s.S3 != nil {
		rules.ReadFiles = append(rules.ReadFiles[:len(rules.ReadFiles):len(rules.ReadFiles)], s.S3.Extension)
		if s.S3.Certificates != "" {
			rules.ReadFiles = append(rules.ReadFiles, s.S3.Certificates)
		}
		_, rules.ConnectPort, _ = s.S3.address() // which Config.validate has seen
		rules.Names = s.S3.named()
	}
	return rules
}
