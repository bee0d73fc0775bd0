package archtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

func noInit(t *testing.T, src *source) {
	for _, p := range src.shipped() {
		for _, f := range p.files {
			for _, decl := range f.ast.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: a func init runs because of an import, unseen and in nobody's order: let main call it by name", src.at(fn))
				}
			}
		}
	}
}

// noPackageState: a package variable is an error kind, a table, a compiled
// expression: given once where it is declared and never written again.
func noPackageState(t *testing.T, src *source) {
	const why = "state of a package is shared by every user of it in the process, tests and the one-process fleet included: pass it in"
	for _, p := range src.shipped() {
		vars := packageVars(src, p)
		for _, f := range p.files {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				for _, id := range written(n) {
					if v := vars.Uses[id]; v != nil && v.Parent() == vars.scope {
						t.Errorf("%s writes the package variable %s: %s", src.at(id), id.Name, why)
					}
				}
				return true
			})
			for _, spec := range declaredVars(f.ast) {
				if holder := stateful(spec); holder != "" && spec.Names[0].Name != "_" {
					t.Errorf("%s: the package variable %s %s: %s", src.at(spec), spec.Names[0].Name, holder, why)
				}
			}
		}
	}
}

type resolved struct {
	types.Info
	scope *types.Scope
}

// packageVars resolves the package's own names. Imports are not followed: every
// error that follows from that is of no interest here.
func packageVars(src *source, p *pkg) resolved {
	r := resolved{Info: types.Info{Uses: map[*ast.Ident]types.Object{}}}
	files := make([]*ast.File, len(p.files))
	for i, f := range p.files {
		files[i] = f.ast
	}
	config := types.Config{Error: func(error) {}, Importer: noImports{}, FakeImportC: true}
	checked, _ := config.Check(p.dir, src.fset, files, &r.Info)
	r.scope = checked.Scope()
	return r
}

type noImports struct{}

func (noImports) Import(name string) (*types.Package, error) {
	_, last, _ := strings.Cut(name, "/")
	empty := types.NewPackage(name, last)
	empty.MarkComplete()
	return empty, nil
}

// written gives the variables that a node assigns to: themselves, an element or
// a field.
func written(n ast.Node) []*ast.Ident {
	var targets []ast.Expr
	switch s := n.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			targets = s.Lhs
		}
	case *ast.IncDecStmt:
		targets = []ast.Expr{s.X}
	case *ast.CallExpr:
		if fn, ok := s.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear") && len(s.Args) > 0 {
			targets = s.Args[:1]
		}
	case *ast.UnaryExpr:
		if s.Op == token.AND {
			if id, ok := s.X.(*ast.Ident); ok {
				return []*ast.Ident{id}
			}
		}
	}
	var ids []*ast.Ident
	for _, target := range targets {
		if id := rootOf(target); id != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func declaredVars(f *ast.File) []*ast.ValueSpec {
	var list []*ast.ValueSpec
	for _, decl := range f.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.ValueSpec); ok && !embedded(d.Doc) && !embedded(s.Doc) {
					list = append(list, s)
				}
			}
		}
	}
	return list
}

// stateful tells how a declaration keeps state: it has no value yet, or its
// type is made to change.
func stateful(spec *ast.ValueSpec) string {
	if len(spec.Values) == 0 {
		return "is given no value where it is declared"
	}
	for _, e := range append([]ast.Expr{spec.Type}, spec.Values...) {
		if lit, ok := e.(*ast.CompositeLit); ok {
			e = lit.Type
		}
		sel, ok := e.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		lib, _ := sel.X.(*ast.Ident)
		if lib != nil && (lib.Name == "atomic" || lib.Name == "sync" && sel.Sel.Name != "Pool") {
			return "is a " + lib.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

// embedded tells by its comments a variable that the compiler fills from a file.
func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}
