package doctor

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

var goDirective = regexp.MustCompile(`(?m)^go (\S+)$`)

// toolchain looks at what building needs, where there is something to build.
func toolchain(ctx context.Context, f Fleet) []Check {
	if f.Source == "" {
		return skip("toolchain", "this is no source tree, so nothing is built here")
	}
	text, err := os.ReadFile(filepath.Join(f.Source, "go.mod"))
	want := goDirective.FindSubmatch(text)
	if err != nil || want == nil {
		return trouble("toolchain", Fail, "git checkout go.mod", "go.mod of %s names no version of Go", f.Source)
	}
	return append(goTool(ctx, f.Source, string(want[1])), append(compiler(ctx), just(ctx, f.Source)...)...)
}

// goTool runs go in the source tree, where it switches to the version that is needed.
func goTool(ctx context.Context, source, want string) []Check {
	const fix = "bash scripts/setup.sh"
	got, err := firstLine(ctx, source, "go", "version")
	if err != nil {
		return trouble("toolchain_go", Fail, fix, "Go %s or newer is needed, and go version says: %v", want, err)
	}
	return ok("toolchain_go", "%s; %s or newer is needed", got, want)
}

// compiler looks for what Go links DuckDB with.
func compiler(ctx context.Context) []Check {
	for _, pair := range [][2]string{{os.Getenv("CC"), os.Getenv("CXX")}, {"gcc", "g++"}, {"clang", "clang++"}} {
		if pair[0] == "" {
			continue
		}
		c, err := firstLine(ctx, "", pair[0], "--version")
		if err != nil {
			continue
		}
		if _, err := exec.LookPath(pair[1]); err == nil {
			return ok("toolchain_cc", "%s, and %s beside it", c, pair[1])
		}
	}
	return trouble("toolchain_cc", Fail, "bash scripts/setup.sh", "neither gcc with g++ nor clang with clang++ is here; DuckDB is linked with them")
}

func just(ctx context.Context, source string) []Check {
	for _, program := range []string{"just", filepath.Join(source, ".tools", "bin", "just")} {
		if got, err := firstLine(ctx, "", program, "--version"); err == nil {
			return ok("toolchain_just", "%s", got)
		}
	}
	return trouble("toolchain_just", Warn, "bash scripts/tools.sh", "just is not here; the recipes of the justfile are scripts that run without it")
}

// firstLine runs a program and gives the first line that it prints.
func firstLine(ctx context.Context, dir, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	line, _, _ := bytes.Cut(out, []byte("\n"))
	return strings.TrimSpace(string(line)), err
}
