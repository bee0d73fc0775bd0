package archtest

import (
	"slices"
	"strings"
	"testing"
)

// floor says what a package may import of this module, beside its own
// subpackages.
type floor struct {
	may       []string
	external  bool     // libraries of others beside the standard one
	libraries []string // those of them that it may import where it may not import all
	why       string
}

const (
	whyContract = "a contract is what other people's clients compile against: it brings nothing but the standard library with it"
	whyDaemon   = "daemons meet over HTTP only, so that each can be restarted, replaced or moved alone; a shared type belongs in a contract"
)

// floors places every package of internal. The order is the order of the
// house: a package imports only what stands above it in this list.
func floors() map[string]floor {
	contract := floor{may: []string{"wire"}, why: whyContract}
	daemon := func(may ...string) floor {
		return floor{may: append([]string{"wire", "service"}, may...), external: true, why: whyDaemon}
	}
	return map[string]floor{
		"wire":      {why: "everything imports wire, so it imports only the standard library"},
		"storage":   contract,
		"catalog":   contract,
		"ingest":    contract,
		"query":     contract,
		"vector":    contract,
		"embedding": contract,

		"service":     {may: []string{"wire"}, external: true, why: "service is what every daemon is; if it knew one, all would link it"},
		"duck":        {may: []string{"wire"}, external: true, why: "the workers know SQL and files, not the fleet; that keeps the sandbox small enough to check"},
		"simd":        {libraries: []string{"golang.org/x/sys/cpu"}, why: "the kernels stand below whatever computes with vectors, and know neither an index nor a model: they bring the standard library and the list of the processor's abilities"},
		"parquetfile": {external: true, why: "what a footer says is checked in one place, for the daemon that reads files and the one that registers them"},
		"httpfs":      {why: "the doctor, queryd and the tests look for the extension without linking DuckDB"},
		"staffing":    {why: "the sample data comes out the same everywhere, so it stands on the standard library alone"},

		"storaged": daemon("storage"),
		"catalogd": daemon("catalog", "storage", "parquetfile"),
		"ingestd":  daemon("ingest", "catalog", "storage", "duck", "parquetfile"),
		"queryd":   daemon("query", "catalog", "storage", "duck", "httpfs"),
		"vectord":  daemon("vector", "query", "storage", "embedding", "simd"),
		"embedd":   daemon("embedding", "simd"),
		"gateway":  daemon("storage", "catalog", "ingest", "query"),

		"mcpd": {
			may:      []string{"wire", "service", "catalog", "query", "vector", "embedding"},
			external: true, why: "mcpd asks the gateway like anyone else: it knows what there is to ask, and nobody who answers",
		},
		"fleet": {
			may: []string{"wire", "service", "storage", "catalog", "ingest", "query", "vector", "embedding", "duck", "simd",
				"storaged", "catalogd", "ingestd", "queryd", "vectord", "embedd", "gateway"},
			external: true, why: "fleet runs the daemons in one process and knows no command line",
		},
		"doctor": {
			may:      []string{"wire", "service", "storage", "vector", "embedding", "storaged", "embedd", "httpfs"},
			external: true, why: "the doctor looks at S3 as storaged does and at Ollama as embedd does, and is given what needs DuckDB; no daemon links it",
		},
		"cli": {
			may:      []string{"wire", "service", "storage", "catalog", "ingest", "query", "vector", "embedding"},
			external: true, why: "the thin verbs speak to the gateway like anyone else: they run where no fleet is, and start in milliseconds",
		},
		"testbed": {
			may: []string{"wire", "service", "storage", "storaged", "embedding", "embedd"}, external: true,
			why: "testbed starts what tests stand on; only tests import it, so no binary links it",
		},
		"archtest": {why: "the rules stand outside of what they judge"},
	}
}

func floorsHold(t *testing.T, src *source) {
	known := floors()
	for _, p := range src.shipped() {
		top := internalOf(p.dir)
		if top == "" {
			continue
		}
		f, placed := known[top]
		if !placed {
			t.Errorf("internal/%s has no floor: place it in floors_test.go, so that the next reader knows what it may lean on", top)
			continue
		}
		for _, name := range p.imports() {
			switch other := internalOf(name); {
			case other == top:
			case other != "":
				if !slices.Contains(f.may, other) {
					t.Errorf("%s imports %s: %s", p.dir, name, f.why)
				}
			case strings.HasPrefix(name, "cmd/"), strings.HasPrefix(name, "scripts/"):
				t.Errorf("%s imports %s: a command wires packages and is imported by none", p.dir, name)
			case !f.external && !standard(name) && !slices.Contains(f.libraries, name):
				t.Errorf("%s imports %s: %s", p.dir, name, f.why)
			}
		}
	}
	commandsWireTheirOwn(t, src)
}

// commandsWireTheirOwn: cmd/<daemon> is wiring for that daemon and no place for
// another one's code.
func commandsWireTheirOwn(t *testing.T, src *source) {
	for _, p := range src.shipped() {
		daemon, ok := strings.CutPrefix(p.dir, "cmd/")
		if !ok || daemon == "lakehouse" || strings.HasPrefix(daemon, "lakehouse/") {
			continue
		}
		for _, name := range p.imports() {
			other := internalOf(name)
			if other != "" && other != daemon && other != "service" && other != "duck" {
				t.Errorf("%s imports %s: a daemon's main is its own wiring and exit code, 20 to 40 lines; move what it needs into internal/%s", p.dir, name, daemon)
			}
		}
	}
}

// standard tells an import path of the standard library: its first element has
// no dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// ownersHold: each heavy library is imported by the one package that owns it.
func ownersHold(t *testing.T, src *source) {
	owners := []struct {
		library string
		owner   []string
		why     string
	}{
		// scripts/bench runs the same statement in process as the peer that a
		// query worker is measured against; it is shipped to nobody.
		{"github.com/duckdb/", []string{"internal/duck", "scripts/bench"}, "DuckDB runs in sandboxed workers only: a crash or a hole in it costs one statement, never a daemon"},
		{"github.com/apache/iceberg-go", []string{"internal/catalogd"}, "catalogd is the one writer of table metadata; two would need two sets of rules"},
		{"github.com/aws/", []string{"internal/storaged"}, "S3 is one backend behind storaged; whoever else spoke to it would bypass its promises"},
		{"github.com/landlock-lsm/", []string{"internal/duck"}, "the walls of the sandbox stand in one place, where they are tested"},
		{"github.com/elastic/go-seccomp-bpf", []string{"internal/duck"}, "the walls of the sandbox stand in one place, where they are tested"},
		{"github.com/mark3labs/mcp-go", []string{"internal/mcpd"}, "the protocol's revisions come and go in one place"},
		{"github.com/spf13/", []string{"cmd/lakehouse", "internal/cli"}, "only the command line has a command line; daemons take four flags"},
		{"github.com/stretchr/", nil, "tests use the standard library alone"},
	}
	for _, p := range src.packages {
		for _, f := range slices.Concat(p.files, p.tests) {
			for _, name := range f.imports() {
				for _, o := range owners {
					if strings.HasPrefix(name, o.library) && !slices.ContainsFunc(o.owner, func(dir string) bool {
						return p.dir == dir || strings.HasPrefix(p.dir, dir+"/")
					}) {
						t.Errorf("%s imports %s, which belongs to %s: %s", f.path, name, strings.Join(o.owner, ", "), o.why)
					}
				}
			}
		}
	}
}

// binariesHold: what a binary links is what it can be attacked through and what
// it weighs; the edge, the daemons that run no SQL and the thin verbs of the
// command line do without DuckDB.
func binariesHold(t *testing.T, src *source) {
	for _, command := range []string{"cmd/gateway", "cmd/storaged", "cmd/catalogd", "cmd/mcpd", "internal/cli"} {
		if src.packages[command] == nil {
			continue
		}
		if chain := src.chain(command, "internal/duck"); chain != nil {
			t.Errorf("%s links DuckDB by %s: it runs no SQL itself, needs no libstdc++ and must stay small", command, strings.Join(chain, " -> "))
		}
	}
}

// chain gives the imports that lead from one package to another or to one of
// its subpackages, nil if none do.
func (s *source) chain(from, to string) []string {
	seen := map[string]bool{}
	var walk func(dir string) []string
	walk = func(dir string) []string {
		if dir == to || strings.HasPrefix(dir, to+"/") {
			return []string{dir}
		}
		p := s.packages[dir]
		if p == nil || seen[dir] {
			return nil
		}
		seen[dir] = true
		for _, name := range p.imports() {
			if rest := walk(name); rest != nil {
				return append([]string{dir}, rest...)
			}
		}
		return nil
	}
	return walk(from)
}
