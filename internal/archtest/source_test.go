package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the import path of this module.
const module = "git.agentview.dev/profit/golanglakehouse"

// root is the module's folder, seen from this one.
const root = "../.."

// source is the module as parsed: every package, by its folder ("internal/wire").
type source struct {
	fset     *token.FileSet
	packages map[string]*pkg
	texts    map[string][]byte // every text file that rules look into, by path
}

// pkg is one folder of Go files; tests are kept apart, since most rules are
// about what is shipped.
type pkg struct {
	dir   string
	name  string
	files []*file
	tests []*file
}

type file struct {
	path  string // from the module's root
	lines int
	ast   *ast.File
}

// load parses the module once for all rules.
func load(t *testing.T) *source {
	t.Helper()
	src := &source{fset: token.NewFileSet(), packages: map[string]*pkg{}, texts: map[string][]byte{}}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() {
			if skipped(rel) {
				return filepath.SkipDir
			}
			return nil
		}
		return src.add(rel)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(src.packages) < 10 {
		t.Fatalf("only %d packages were found from %s: the rules would hold for nothing", len(src.packages), root)
	}
	return src
}

// skipped names the folders that are not this project's source: what is built,
// what is kept, what tests read.
func skipped(dir string) bool {
	base := path.Base(dir)
	return dir != "." && (strings.HasPrefix(base, ".") && base != ".ci" ||
		base == "testdata" || base == "node_modules" || dir == "bin" || dir == "data")
}

func (s *source) add(rel string) error {
	kinds := []string{".go", ".sh", ".md", ".toml", ".yml", ".yaml"}
	others := []string{"justfile", ".ci/run", "docs/api/openapi.json"}
	if !slices.Contains(kinds, path.Ext(rel)) && !slices.Contains(others, rel) {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(root, rel))
	if err != nil {
		return err
	}
	s.texts[rel] = text
	if path.Ext(rel) != ".go" {
		return nil
	}
	parsed, err := parser.ParseFile(s.fset, rel, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(rel)
	p := s.packages[dir]
	if p == nil {
		p = &pkg{dir: dir}
		s.packages[dir] = p
	}
	f := &file{path: rel, lines: bytes.Count(text, []byte("\n")), ast: parsed}
	if strings.HasSuffix(rel, "_test.go") {
		p.tests = append(p.tests, f)
		return nil
	}
	p.name = parsed.Name.Name
	p.files = append(p.files, f)
	return nil
}

// shipped gives the packages that hold more than tests, in order.
func (s *source) shipped() []*pkg {
	var list []*pkg
	for _, p := range s.packages {
		if len(p.files) > 0 {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *pkg) int { return strings.Compare(a.dir, b.dir) })
	return list
}

// at gives the place of a node, for messages.
func (s *source) at(node ast.Node) string { return s.fset.Position(node.Pos()).String() }

// imports gives the import paths of one file; those of this module lose the
// module's path and read "internal/wire".
func (f *file) imports() []string {
	var list []string
	for _, spec := range f.ast.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			list = append(list, strings.TrimPrefix(name, module+"/"))
		}
	}
	return list
}

// imports gives the import paths of the package's shipped files.
func (p *pkg) imports() []string {
	var list []string
	for _, f := range p.files {
		list = append(list, f.imports()...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// internalOf gives the name under internal that an import path belongs to:
// "duck" for "internal/duck/guard", "" for anything else.
func internalOf(name string) string {
	rest, ok := strings.CutPrefix(name, "internal/")
	if !ok {
		return ""
	}
	top, _, _ := strings.Cut(rest, "/")
	return top
}
