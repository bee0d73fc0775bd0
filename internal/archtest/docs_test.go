package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sentenceEnd is where a sentence of a package doc ends.
var sentenceEnd = regexp.MustCompile(`[.:;?!](\s|$)`)

func packagesDocumented(t *testing.T, src *source) {
	for _, p := range src.shipped() {
		var docs []string
		for _, f := range p.files {
			if f.ast.Doc != nil {
				docs = append(docs, f.ast.Doc.Text())
			}
		}
		switch {
		case len(docs) == 0:
			t.Errorf("%s has no package doc: a reader must learn what the package promises before how it does it", p.dir)
		case len(docs) > 1:
			t.Errorf("%s has %d package docs; godoc glues them together in an order nobody chose: keep one", p.dir, len(docs))
		case len(sentenceEnd.FindAllString(docs[0], 2)) < 2:
			t.Errorf("the package doc of %s is one sentence: say also what it promises and what it leaves to others", p.dir)
		case p.name != "main" && !strings.HasPrefix(docs[0], "Package "+p.name+" "):
			t.Errorf("the package doc of %s does not begin with %q, as godoc and every reader expect", p.dir, "Package "+p.name)
		}
	}
}

func namesDocumented(t *testing.T, src *source) {
	for _, p := range src.shipped() {
		if p.name == "main" {
			continue
		}
		for _, f := range p.files {
			for _, decl := range f.ast.Decls {
				for _, name := range undocumented(decl) {
					t.Errorf("%s: %s.%s has no doc comment: a public name states its contract, units and errors where it is declared", src.at(name), p.name, name.Name)
				}
			}
		}
	}
}

// undocumented gives the exported names of a declaration that nothing
// documents. A group of constants or variables is documented by the group or by
// the line.
func undocumented(decl ast.Decl) []*ast.Ident {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !wellKnown(d) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var names []*ast.Ident
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
						names = append(names, name)
					}
				}
			}
		}
		return names
	}
	return nil
}

// wellKnown tells the methods whose contract the standard library states; a
// comment would only say their name again.
func wellKnown(d *ast.FuncDecl) bool {
	return d.Recv != nil && (d.Name.Name == "Error" || d.Name.Name == "Unwrap")
}

// exportedReceiver tells whether a function is part of the package's face: no
// method, or one of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return false
		}
	}
}

// Limits of what a reader holds in mind. Functions are meant to fit a screen;
// the bound leaves room for a long switch.
const (
	maxFileLines     = 400
	maxFunctionLines = 80
)

func sizesHold(t *testing.T, src *source) {
	for _, p := range src.packages {
		for _, f := range p.files {
			functionsFit(t, src, f)
		}
		for _, f := range append(p.files[:len(p.files):len(p.files)], p.tests...) {
			if f.lines > maxFileLines {
				t.Errorf("%s has %d lines, over %d: it holds more than one thought; split it where the thoughts meet", f.path, f.lines, maxFileLines)
			}
		}
	}
}

func functionsFit(t *testing.T, src *source, f *file) {
	for _, decl := range f.ast.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		line := func(p token.Pos) int { return src.fset.Position(p).Line }
		if n := line(fn.End()) - line(fn.Pos()) + 1; n > maxFunctionLines {
			t.Errorf("%s: %s has %d lines, over %d: a function fits a screen, so that it can be checked by reading", src.at(fn), fn.Name.Name, n, maxFunctionLines)
		}
	}
}

func nothingLeft(t *testing.T, src *source) {
	// Spelled in halves, so that this file does not hold what it forbids.
	left := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"}
	marks := regexp.MustCompile(`\b(` + strings.Join(left, "|") + `)\b`)
	for name, text := range src.texts {
		if !slices.ContainsFunc(left, func(mark string) bool { return bytes.Contains(text, []byte(mark)) }) {
			continue // most files, and the expression is slow
		}
		for i, line := range strings.Split(string(text), "\n") {
			if mark := marks.FindString(line); mark != "" {
				t.Errorf("%s:%d holds a %s: what is worth doing is done or has an entry where work is planned; the code says only what is", name, i+1, mark)
			}
		}
	}
}
