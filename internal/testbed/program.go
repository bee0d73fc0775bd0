package testbed

import (
	"os"
	"path/filepath"
)

// builtPrograms names the folder that scripts/build.sh built into.
const builtPrograms = "TEST_LAKEHOUSE_BIN"

// Program gives the program of a process that a test starts: the built one of that
// name in $TEST_LAKEHOUSE_BIN, else the test's own, which its TestMain makes the same
// by an environment variable. Under the race detector the built one costs a tenth,
// and what it runs has the detector in the tests that run it in their own process.
func Program(name string) string {
	if folder := os.Getenv(builtPrograms); folder != "" {
		return filepath.Join(folder, name)
	}
	return os.Args[0]
}
