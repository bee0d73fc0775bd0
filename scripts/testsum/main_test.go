package main

import (
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	const m = "git.agentview.dev/profit/golanglakehouse/"
	tests := []struct {
		name   string
		in     []string
		want   []string
		failed bool
	}{
		{"a pass says its name and nothing else", []string{
			`{"Action":"output","Package":"` + m + `internal/a","Test":"TestX","Output":"noise\n"}`,
			`{"Action":"pass","Package":"` + m + `internal/a","Test":"TestX"}`,
			`{"Action":"pass","Package":"` + m + `internal/a"}`,
		}, []string{"ok - internal/a TestX"}, false},
		{"a skip says why", []string{
			`{"Action":"output","Package":"` + m + `internal/a","Test":"TestX","Output":"    a_test.go:7: minio is not built: run scripts/tools.sh\n"}`,
			`{"Action":"output","Package":"` + m + `internal/a","Test":"TestX","Output":"--- SKIP: TestX (0.00s)\n"}`,
			`{"Action":"skip","Package":"` + m + `internal/a","Test":"TestX"}`,
		}, []string{"skip - internal/a TestX: minio is not built: run scripts/tools.sh"}, false},
		{"a failure shows its output, its package is no second failure", []string{
			`{"Action":"output","Package":"` + m + `internal/a","Test":"TestX","Output":"a_test.go:9: got 1\n"}`,
			`{"Action":"fail","Package":"` + m + `internal/a","Test":"TestX"}`,
			`{"Action":"fail","Package":"` + m + `internal/a"}`,
		}, []string{"not ok - internal/a TestX", "    a_test.go:9: got 1"}, true},
		{"a build failure shows the compiler's words", []string{
			`{"Action":"build-output","ImportPath":"` + m + `internal/a [x.test]","Output":"a.go:1: undefined: y\n"}`,
			`{"Action":"build-fail","ImportPath":"` + m + `internal/a [x.test]"}`,
			`{"Action":"fail","Package":"` + m + `internal/a","FailedBuild":"` + m + `internal/a [x.test]"}`,
		}, []string{"not ok - internal/a does not build", "    a.go:1: undefined: y"}, true},
		{"a binary that dies is a failure", []string{
			`{"Action":"output","Package":"` + m + `internal/a","Output":"panic: in a goroutine\n"}`,
			`{"Action":"fail","Package":"` + m + `internal/a"}`,
		}, []string{"not ok - internal/a ended outside of a test", "    panic: in a goroutine"}, true},
		{"what is no event is passed on", []string{"go: downloading x"}, []string{"go: downloading x"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			failed, err := summarise(strings.NewReader(strings.Join(test.in, "\n")), &out)
			if err != nil || failed != test.failed {
				t.Errorf("failed = %v, err = %v; want %v and no error", failed, err, test.failed)
			}
			if want := strings.Join(test.want, "\n") + "\n"; out.String() != want {
				t.Errorf("printed\n%swant\n%s", out.String(), want)
			}
		})
	}
}

func TestALogDoesNotBuryTheReason(t *testing.T) {
	output := []string{"=== RUN   TestX\n", "    a_test.go:9: got 1\n"}
	for range maxLines {
		output = append(output, "    time=2026-11-23T23:42:46Z level=INFO msg=request\n")
	}
	if got := strings.Join(telling(output), ""); got != "    a_test.go:9: got 1\n" {
		t.Errorf("shown: %q", got)
	}
	for range 2 * maxLines {
		output = append(output, "goroutine\n")
	}
	got := telling(output)
	if len(got) != maxLines+1 || got[0] != "    a_test.go:9: got 1\n" || !strings.Contains(got[maxLines/2], "101 lines left out") {
		t.Errorf("%d lines, the middle is %q", len(got), got[maxLines/2])
	}
}
