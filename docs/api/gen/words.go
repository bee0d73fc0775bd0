package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

const module = "git.agentview.dev/profit/golanglakehouse/"

// source reads what the packages of a module say of their types: a comment is written
// once, and is the description in the specification too.
type source struct {
	root  string            // of the module
	read  map[string]bool   // packages
	words map[string]string // by package, type and field
	err   error             // the first
}

func newSource(root string) *source {
	return &source{root: root, read: map[string]bool{}, words: map[string]string{}}
}

// of is a [service.Words].
func (s *source) of(pkg, typ, field string) string {
	dir, ours := strings.CutPrefix(pkg, module)
	if ours && !s.read[dir] {
		s.read[dir] = true
		if err := s.parse(pkg, filepath.Join(s.root, filepath.FromSlash(dir))); err != nil && s.err == nil {
			s.err = err
		}
	}
	return s.words[pkg+"."+typ+"."+field]
}

var _ service.Words = (*source)(nil).of

// parse notes the words of all types in a folder.
func (s *source) parse(pkg, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range parsed.Decls {
			if types, ok := d.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				s.note(pkg, types)
			}
		}
	}
	return nil
}

func (s *source) note(pkg string, types *ast.GenDecl) {
	for _, spec := range types.Specs {
		t := spec.(*ast.TypeSpec)
		s.words[pkg+"."+t.Name.Name+"."] = words(t.Doc, types.Doc)
		fields, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range fields.Fields.List {
			for _, name := range f.Names {
				s.words[pkg+"."+t.Name.Name+"."+name.Name] = words(f.Doc, f.Comment)
			}
		}
	}
}

// link is how a comment names what the reader of the documentation in Go can look up.
var link = regexp.MustCompile(`\[(\*?[A-Za-z][A-Za-z0-9_.]*)\]`)

// words makes a line of the first comment that there is.
func words(comments ...*ast.CommentGroup) string {
	for _, c := range comments {
		if text := strings.Join(strings.Fields(c.Text()), " "); text != "" {
			return link.ReplaceAllString(text, "$1")
		}
	}
	return ""
}
