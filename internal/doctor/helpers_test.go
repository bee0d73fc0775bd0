package doctor

import (
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// fleetName is argument zero of a process that listens as a fleet's would, until its
// standard input ends.
const fleetName = "lakehouse"

func TestMain(m *testing.M) {
	if os.Args[0] != fleetName {
		os.Exit(m.Run())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(l.Addr().String() + "\n")
	os.Stdin.Read(make([]byte, 1))
}

// healthy is a fleet of which nothing is wrong, and that does not run.
func healthy(t *testing.T) Fleet {
	t.Helper()
	settings := service.DefaultFleet()
	settings.Data, settings.AuthFile, settings.SecretsFile = t.TempDir(), "", ""
	c := storaged.Defaults()
	c.ReserveBytes = 1
	return Fleet{
		Settings: settings, Storaged: c, Access: "auto",
		Gateway:   wire.Client{Service: "gateway", Base: "http://127.0.0.1:1"},
		Extension: func() (string, error) { return "/x/httpfs.duckdb_extension", nil },
		Worker:    func(string) (Walls, error) { return Walls{LandlockABI: 7, Seccomp: true}, nil },
	}
}

// wants fails the test unless the finding of this code has this status and says all of
// the words, in its evidence or its fix.
func wants(t *testing.T, found []Check, code string, status Status, words ...string) {
	t.Helper()
	for _, c := range found {
		if c.Code != code {
			continue
		}
		if c.Status != status {
			t.Errorf("%s is %s, not %s: %s", code, c.Status, status, c.Evidence)
		}
		if (c.Status == Fail || c.Status == Warn) && c.Fix == "" {
			t.Errorf("%s names no fix", code)
		}
		for _, word := range words {
			if !strings.Contains(c.Evidence+" "+c.Fix, word) {
				t.Errorf("%s does not say %q: %s; %s", code, word, c.Evidence, c.Fix)
			}
		}
		return
	}
	t.Errorf("there is no finding %s in %v", code, found)
}

// answering is a server that gives one answer to everything.
func answering(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}
