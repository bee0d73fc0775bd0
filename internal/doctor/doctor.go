// Package doctor looks at what a fleet needs of its machine, its configuration and its
// surroundings, and says of each what it found and how to mend it.
//
// Every check has a stable code. A check changes nothing: where it has to write to
// know, it writes a file or an object of its own and removes it. It holds no secret in
// what it says, and is bounded in time. A check that cannot be made where it runs is
// skipped, and says why.
package doctor

import (
	"context"
	"fmt"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Status is what a check came to.
type Status string

// The statuses: all is well; it works, and could be better or soon will not; it does
// not work; it was not looked at.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
	Skip Status = "skip"
)

// Check is one finding. Fix is a command or an edit, "" where nothing is to be done.
type Check struct {
	Code     string `json:"code"`
	Status   Status `json:"status"`
	Evidence string `json:"evidence"`
	Fix      string `json:"fix"`
}

// Fleet is what is looked at.
type Fleet struct {
	Source     string // the folder of the source tree, "" where there is none
	ConfigFile string // "" for the defaults
	ConfigErr  error  // why it cannot be loaded, or cannot work
	Unread     bool   // it cannot be loaded: Settings and the like are not its own
	Settings   service.Fleet
	Peers      service.Peers
	Daemons    []string // those that run on this box
	Secrets    service.Secrets
	SecretsErr error
	Storaged   storaged.Config
	Access     string                   // queryd's way to the files
	Gateway    wire.Client              // of a fleet that may run; without a Base where it is not known
	Models     map[string]remote.Config // of embedd, beside the one that is built in

	// Extension gives DuckDB's httpfs as queryd looks for it.
	Extension func() (path string, err error)
	// Worker starts one query worker behind its walls, over the extension unless that
	// is "", ends it, and gives what the kernel enforced on it.
	Worker func(extension string) (Walls, error)
}

// Walls are what the kernel enforces on a query worker.
type Walls struct {
	LandlockABI int // 0: nothing
	Seccomp     bool
}

// checkTimeout bounds one check.
const checkTimeout = 10 * time.Second

// Run makes all checks, in an order in which the cause of a trouble comes before what
// follows from it.
func Run(ctx context.Context, f Fleet) []Check {
	var found []Check
	for _, look := range []func(context.Context, Fleet) []Check{
		toolchain, config, configured(secretFiles, "secrets"), configured(ports, "ports"), configured(s3, "s3_endpoint"), configured(extension, "httpfs"),
		sandbox, configured(disk, "disk_space", "disk_fsync"), memory, openFiles, clock, configured(ollama, "ollama"), fleet, indexes, models,
	} {
		limited, cancel := context.WithTimeout(ctx, checkTimeout)
		found = append(found, look(limited, f)...)
		cancel()
	}
	return found
}

// configured makes a check that goes by the configuration one that is skipped where that
// cannot be read.
func configured(look func(context.Context, Fleet) []Check, codes ...string) func(context.Context, Fleet) []Check {
	return func(ctx context.Context, f Fleet) (found []Check) {
		if !f.Unread {
			return look(ctx, f)
		}
		for _, code := range codes {
			found = append(found, skip(code, "%s", unread)...)
		}
		return found
	}
}

const unread = "it goes by the configuration, which cannot be read"

// Failed counts the checks that failed.
func Failed(found []Check) (n int) {
	for _, c := range found {
		if c.Status == Fail {
			n++
		}
	}
	return n
}

func ok(code, evidence string, args ...any) []Check {
	return []Check{{Code: code, Status: OK, Evidence: fmt.Sprintf(evidence, args...)}}
}

func skip(code, evidence string, args ...any) []Check {
	return []Check{{Code: code, Status: Skip, Evidence: fmt.Sprintf(evidence, args...)}}
}

func trouble(code string, status Status, fix, evidence string, args ...any) []Check {
	return []Check{{Code: code, Status: status, Evidence: fmt.Sprintf(evidence, args...), Fix: fix}}
}
