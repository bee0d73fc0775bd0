package jsonscan

import (
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// A node gathers what the values at one place of the records are: under a key, or
// as the elements of an array.
type node struct {
	name    string
	boolean int64
	number  int64
	text    int64
	object  int64
	list    int64

	numbers numbers
	strings *csvscan.Tally
	fields  map[string]*node // by key
	folded  map[string]*node // by key without case
	order   []*node
	element *node
}

// keyCount counts the nodes of a file.
type keyCount struct{ n int }

func (k *keyCount) newNode(name string) (*node, error) {
	if k.n++; k.n > maxKeys {
		return nil, ErrTooManyKeys
	}
	t, err := csvscan.NewTally(name, "", "", false)
	if err != nil {
		return nil, err
	}
	return &node{name: name, strings: t, fields: map[string]*node{}, folded: map[string]*node{}}, nil
}

// field finds the node of a key, nil where it is new. It is an error where only
// the case of an earlier key differs.
func (n *node) field(key []byte) (*node, error) {
	if f := n.fields[string(key)]; f != nil {
		return f, nil
	}
	if f := n.folded[foldKey(key)]; f != nil {
		return nil, fmt.Errorf("the key %q, which differs from an earlier record's %q by case alone", key, f.name)
	}
	return nil, nil
}

func (n *node) add(key []byte, k *keyCount) (*node, error) {
	f, err := k.newNode(string(key))
	if err != nil {
		return nil, err
	}
	n.fields[f.name], n.folded[foldKey(key)] = f, f
	n.order = append(n.order, f)
	return f, nil
}

// admits tells whether a value's keys go with those of earlier records.
func (n *node) admits(d *document, at int32) error {
	if n == nil {
		return nil
	}
	for i := d.values[at].first; i != 0; i = d.values[i].next {
		child := n.element
		if d.values[at].kind == '{' {
			var err error
			if child, err = n.field(d.values[i].name); err != nil {
				return err
			}
		}
		if err := child.admits(d, i); err != nil {
			return err
		}
	}
	return nil
}

// observe takes a value that is admitted.
func (n *node) observe(d *document, at int32, line int64, k *keyCount) error {
	v := &d.values[at]
	switch v.kind {
	case 't', 'f':
		n.boolean++
	case '0':
		n.number++
		n.numbers.observe(v.text)
	case '"':
		n.text++
		n.strings.Observe(v.text, line)
	case '{':
		n.object++
		return n.observeFields(d, at, line, k)
	case '[':
		n.list++
		return n.observeElements(d, at, line, k)
	}
	return nil
}

func (n *node) observeFields(d *document, at int32, line int64, k *keyCount) error {
	for i := d.values[at].first; i != 0; i = d.values[i].next {
		f, err := n.field(d.values[i].name)
		if f == nil && err == nil {
			f, err = n.add(d.values[i].name, k)
		}
		if err == nil {
			err = f.observe(d, i, line, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *node) observeElements(d *document, at int32, line int64, k *keyCount) (err error) {
	if n.element == nil {
		if n.element, err = k.newNode(""); err != nil {
			return err
		}
	}
	for i := d.values[at].first; i != 0; i = d.values[i].next {
		if err := n.element.observe(d, i, line, k); err != nil {
			return err
		}
	}
	return nil
}

// nonNull counts the values.
func (n *node) nonNull() int64 { return n.boolean + n.number + n.text + n.object + n.list }

// mixed tells values of more types than one.
func (n *node) mixed() bool {
	all := n.nonNull()
	return all > 0 && all != n.boolean && all != n.number && all != n.text && all != n.object && all != n.list
}

// own gives the type that the values have by themselves, and the format of dates
// that are not ISO 8601.
func (n *node) own(depth int) (s *shape, format string) {
	textual := &shape{scalar: "string"}
	switch all := n.nonNull(); {
	case all == 0 || n.mixed() || depth > maxTypeDepth:
		return textual, ""
	case all == n.boolean:
		return &shape{scalar: "boolean"}, ""
	case all == n.number:
		return &shape{scalar: n.numbers.typeName()}, ""
	case all == n.text:
		return n.ownText(depth)
	case all == n.list:
		element, _ := n.element.own(depth + 1)
		return &shape{kind: list, element: element}, ""
	}
	s = &shape{kind: structure}
	for _, f := range n.order {
		if strings.ContainsAny(f.name, "<>(),:") {
			return textual, ""
		}
		field, _ := f.own(depth + 1)
		field.name = f.name
		s.fields = append(s.fields, field)
	}
	if len(s.fields) == 0 {
		return textual, ""
	}
	return s, ""
}

// ownText gives strings the types of dates and times, and no others.
func (n *node) ownText(depth int) (*shape, string) {
	r := n.strings.Result()
	switch r.Type {
	case "date", "time", "timestamp", "timestamptz":
		if depth == 0 || r.Format == "" {
			return &shape{scalar: r.Type}, r.Format
		}
	}
	return &shape{scalar: "string"}, ""
}

// topKeys are the keys of a file's records, as they are spelled.
type topKeys struct {
	root    node
	columns map[string]*column
}

// admits tells whether a record's keys go with those of the records before. The
// same records are refused by the scan's keys when the scan has ended.
func (t *topKeys) admits(d *document) error {
	for i := d.values[0].first; i != 0; i = d.values[i].next {
		f, err := t.root.field(d.values[i].name)
		if err != nil {
			return err
		}
		if f == nil {
			if name := d.values[i].name; csvscan.FoldName(string(name)) != foldKey(name) {
				return fmt.Errorf("the key %q, which has blanks around it or a line end inside, as no column's name may", name)
			}
			continue
		}
		if c := t.columns[f.name]; c.node != nil {
			if err := c.node.admits(d, i); err != nil {
				return err
			}
		}
	}
	return nil
}
