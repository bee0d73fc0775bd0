// Testsum reads what "go test -json" writes and says what a person wants to
// know: one line per test, the output of those that failed, and why a test was
// skipped.
//
//	go test -json ./... | testsum
//
// It prints "ok - PACKAGE TEST", "not ok - PACKAGE TEST" followed by the test's
// output, and "skip - PACKAGE TEST: REASON". It ends with 1 when anything
// failed, a package that did not build or a test binary that died included.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	failed, err := summarise(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

// event is one line of test2json; "go doc test2json" describes it.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string
	Output      string
	FailedBuild string
}

// summary collects the output of what has not ended yet, by package and test.
type summary struct {
	out     io.Writer
	outputs map[[2]string][]string
	broken  map[string]bool // packages of which a test failed
	failed  bool
}

func summarise(in io.Reader, out io.Writer) (failed bool, err error) {
	buffered := bufio.NewWriter(out)
	defer buffered.Flush()
	s := &summary{out: buffered, outputs: map[[2]string][]string{}, broken: map[string]bool{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var ev event
		if json.Unmarshal(lines.Bytes(), &ev) != nil || ev.Action == "" {
			fmt.Fprintln(s.out, lines.Text())
			continue
		}
		s.take(ev)
	}
	return s.failed, lines.Err()
}

func (s *summary) take(ev event) {
	key := [2]string{ev.Package, ev.Test}
	if ev.Package == "" {
		key = [2]string{ev.ImportPath, ""}
	}
	switch ev.Action {
	case "output", "build-output":
		s.outputs[key] = append(s.outputs[key], ev.Output)
		return
	case "pass":
		if ev.Test != "" {
			fmt.Fprintf(s.out, "ok - %s %s\n", short(ev.Package), ev.Test)
		}
	case "skip":
		if ev.Test != "" {
			fmt.Fprintf(s.out, "skip - %s %s: %s\n", short(ev.Package), ev.Test, reason(s.outputs[key]))
		}
	case "fail":
		s.fail(ev, key)
	default:
		return
	}
	delete(s.outputs, key)
}

// fail reports a test, or a package that failed otherwise than by a test.
func (s *summary) fail(ev event, key [2]string) {
	s.failed = true
	name := ev.Test
	switch {
	case name != "":
		s.broken[ev.Package] = true
	case s.broken[ev.Package]:
		return
	case ev.FailedBuild != "":
		name = "does not build"
		key = [2]string{ev.FailedBuild, ""}
	default:
		name = "ended outside of a test"
	}
	fmt.Fprintf(s.out, "not ok - %s %s\n", short(ev.Package), name)
	for _, line := range telling(s.outputs[key]) {
		fmt.Fprint(s.out, "    ", line)
	}
}

// maxLines is how much of a failing test's output is shown.
const maxLines = 100

// telling gives what a test said itself. The log lines of daemons that ran in
// it are dropped where they would bury that, then the middle of the rest.
func telling(output []string) []string {
	output = slices.DeleteFunc(slices.Clone(output), func(line string) bool { return strings.HasPrefix(line, "=== ") })
	if len(output) <= maxLines {
		return output
	}
	output = slices.DeleteFunc(output, func(line string) bool {
		return strings.Contains(line, "time=") && strings.Contains(line, " level=") || strings.HasPrefix(strings.TrimSpace(line), `{"time":`)
	})
	if left := len(output) - maxLines; left > 0 {
		cut := fmt.Sprintf("... %d lines left out\n", left)
		output = slices.Concat(output[:maxLines/2], []string{cut}, output[len(output)-maxLines/2:])
	}
	return output
}

// reason is what the test said last before it was skipped, without the place.
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		line := strings.TrimSpace(output[i])
		if line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if place, text, ok := strings.Cut(line, ": "); ok && strings.Contains(place, "_test.go:") {
			return text
		}
		return line
	}
	return "no reason given"
}

// short drops the module's path from a package's.
func short(pkg string) string {
	_, rest, ok := strings.Cut(pkg, "/golanglakehouse/")
	if ok {
		return rest
	}
	return pkg
}
