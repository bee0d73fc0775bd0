package jsonscan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// value is one value of a record. Values lie in one slice: first is the place of
// its first child, next that of its next sibling, 0 for none.
type value struct {
	kind        jsontext.Kind
	raw         []byte // JSON text
	text        []byte // of a string, without quotes and escapes; else raw
	name        []byte // of an object's member
	first, next int32
}

// document holds one record, taken apart. It is used again for the next.
type document struct {
	values []value
	record []byte
	in     bytes.Buffer
	dec    *jsontext.Decoder
}

func newDocument() *document {
	d := &document{}
	d.dec = jsontext.NewDecoder(&d.in, jsontext.AllowDuplicateNames(true)) // which are looked for here
	return d
}

// errNotUTF8 is matched by the reason for a record in another encoding.
var errNotUTF8 = errors.New("bytes that are not UTF-8: save the file as UTF-8, or say its encoding")

// parse takes a record apart. Its error is the reason for a bad row.
func (d *document) parse(record []byte) error {
	d.values, d.record = d.values[:0], record
	switch {
	case len(record) > MaxRecord:
		return fmt.Errorf("%d bytes, more than a record may have", len(record))
	case !utf8.Valid(record):
		return errNotUTF8
	}
	d.in = *bytes.NewBuffer(record)
	d.dec.Reset(&d.in, jsontext.AllowDuplicateNames(true))
	if _, err := d.read(0, nil); err != nil {
		return reasonOf(err)
	}
	if _, err := d.dec.ReadToken(); err != io.EOF {
		return errors.New("more than one value on a line: begin each on a line of its own")
	}
	if d.values[0].kind != '{' {
		return errors.New("not an object: each record is one, with the columns as its keys")
	}
	return nil
}

// reasonOf words what the tokenizer says.
func reasonOf(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if errors.Is(syntax.Err, io.ErrUnexpectedEOF) {
			return errors.New("no JSON: it ends in the middle of a value")
		}
		return fmt.Errorf("no JSON: %v", strings.TrimPrefix(syntax.Err.Error(), "jsontext: "))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("no JSON: it ends in the middle of a value")
	}
	return err
}

// read appends the next value and everything in it.
func (d *document) read(depth int, name []byte) (at int32, err error) {
	if len(d.values) >= maxValues {
		return 0, fmt.Errorf("more than %d values in one record", maxValues)
	}
	at = int32(len(d.values))
	d.values = append(d.values, value{name: name})
	kind := d.dec.PeekKind()
	switch kind {
	case '{', '[':
		if depth >= MaxDepth {
			return 0, fmt.Errorf("nested deeper than %d levels", MaxDepth)
		}
		raw, err := d.container(at, depth, kind == '{')
		if err != nil {
			return 0, err
		}
		d.values[at].kind, d.values[at].raw, d.values[at].text = kind, raw, raw
		return at, nil
	}
	raw, err := d.next()
	if err != nil {
		return 0, err
	}
	text := raw
	if kind == '"' {
		if text, err = unquote(raw); err != nil {
			return 0, err
		}
	}
	d.values[at].kind, d.values[at].raw, d.values[at].text = kind, raw, text
	return at, nil
}

// next gives the text of the next scalar, as it stands in the record.
func (d *document) next() ([]byte, error) {
	v, err := d.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(d.dec.InputOffset())
	return d.record[end-len(v) : end], nil
}

// unquote gives what a string says.
func unquote(raw []byte) (text []byte, err error) {
	if text = raw[1 : len(raw)-1]; bytes.IndexByte(text, '\\') >= 0 {
		if text, err = jsontext.AppendUnquote([]byte{}, raw); err != nil {
			return nil, err
		}
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, errors.New("a NUL character")
	}
	return text, nil
}

// container reads the object or array that begins next, and returns its text.
func (d *document) container(at int32, depth int, object bool) ([]byte, error) {
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, err
	}
	begin := d.dec.InputOffset() - 1
	last := int32(0)
	for end := jsontext.Kind(']'); ; {
		if object {
			end = '}'
		}
		if d.dec.PeekKind() == end {
			break
		}
		var name []byte
		if object {
			var err error
			if name, err = d.key(); err != nil {
				return nil, err
			}
		}
		child, err := d.read(depth+1, name)
		if err != nil {
			return nil, err
		}
		if last == 0 {
			d.values[at].first = child
		} else {
			d.values[last].next = child
		}
		last = child
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, err
	}
	if object {
		if err := d.distinct(at); err != nil {
			return nil, err
		}
	}
	return d.record[begin:d.dec.InputOffset()], nil
}

// key reads an object's next key.
func (d *document) key() ([]byte, error) {
	raw, err := d.next()
	if err != nil {
		return nil, err
	}
	if raw[0] != '"' {
		return nil, errors.New("no JSON: a key is no string")
	}
	name, err := unquote(raw)
	switch {
	case err != nil:
		return nil, err
	case len(name) == 0:
		return nil, errors.New("an empty key")
	case len(name) > maxName:
		return nil, fmt.Errorf("a key of %d bytes, more than %d", len(name), maxName)
	}
	return name, nil
}

// fewKeys is up to how many keys of an object are compared with each other.
const fewKeys = 16

// distinct refuses an object in which a key comes twice, or alike by case.
func (d *document) distinct(at int32) error {
	n := 0
	for i := d.values[at].first; i != 0; i = d.values[i].next {
		n++
	}
	var seen map[string][]byte
	if n > fewKeys {
		seen = make(map[string][]byte, n)
	}
	for i := d.values[at].first; i != 0; i = d.values[i].next {
		name := d.values[i].name
		if seen != nil {
			if other, twice := seen[foldKey(name)]; twice {
				return twiceError(other, name)
			}
			seen[foldKey(name)] = name
			continue
		}
		for j := d.values[at].first; j != i; j = d.values[j].next {
			if bytes.EqualFold(d.values[j].name, name) {
				return twiceError(d.values[j].name, name)
			}
		}
	}
	return nil
}

func twiceError(a, b []byte) error {
	if bytes.Equal(a, b) {
		return fmt.Errorf("the key %q twice in one object", b)
	}
	return fmt.Errorf("the keys %q and %q, which differ by case alone", a, b)
}

// foldKey maps keys that differ by case alone to one.
func foldKey(name []byte) string { return strings.ToLower(strings.ToUpper(string(name))) }
