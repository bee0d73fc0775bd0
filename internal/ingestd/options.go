package ingestd

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// options are the checked parameters of one ingest.
type options struct {
	name           string // "": from the file's name
	mode           catalog.Mode
	schema         catalog.SchemaMode
	quarantine     bool
	delimiter      byte   // 0: sniffed
	encoding       string // "": found out
	types          givenTypes
	dialect        dialect
	format         string // "": found out
	noHeader       bool
	allowDuplicate bool
	key            []string // of an upsert
	async          bool
	sources        []string // keys of objects in storage, in place of a body
}

// upsert is the mode in which rows take the place of those with the same key. The
// catalog knows it as a rewrite.
const upsert catalog.Mode = "upsert"

// parseOptions reads the query parameters.
func parseOptions(q url.Values) (options, error) {
	o := options{name: q.Get("name")}
	var err error
	if o.mode, err = oneOf(q, "mode", catalog.Replace, []catalog.Mode{catalog.Replace, catalog.Append, catalog.Create, upsert}); err != nil {
		return o, err
	}
	if o.schema, err = oneOf(q, "schema", catalog.Strict, []catalog.SchemaMode{catalog.Strict, catalog.EvolveSchema, catalog.ReplaceSchema}); err != nil {
		return o, err
	}
	if o.format, err = oneOf(q, "format", "", []string{formatCSV, formatJSON, formatParquet}); err != nil {
		return o, err
	}
	onError, err := oneOf(q, "on_error", ingest.OnErrorReject, []ingest.OnError{ingest.OnErrorReject, ingest.OnErrorQuarantine})
	if err != nil {
		return o, err
	}
	o.quarantine = onError == ingest.OnErrorQuarantine
	header, err := oneOf(q, "header", "true", []string{"true", "false"})
	if err != nil {
		return o, err
	}
	o.noHeader = header == "false"
	duplicate, err := oneOf(q, "allow_duplicate", "false", []string{"true", "false"})
	if err != nil {
		return o, err
	}
	o.allowDuplicate = duplicate == "true"
	async, err := oneOf(q, "async", "false", []string{"true", "false"})
	if err != nil {
		return o, err
	}
	o.async = async == "true"
	o.sources = q["source"]
	if err := parseSources(o.sources); err != nil {
		return o, err
	}
	if o.delimiter, err = parseDelimiter(q.Get("delimiter")); err != nil {
		return o, err
	}
	if o.key, err = parseKey(q, o.mode); err != nil {
		return o, err
	}
	if o.encoding, err = parseEncoding(q.Get("encoding")); err != nil {
		return o, err
	}
	if o.dialect, err = parseDialect(q, o.delimiter, o.noHeader); err != nil {
		return o, err
	}
	if o.types, err = parseTypes(q.Get("types")); err != nil {
		return o, err
	}
	if o.format != "" && o.format != formatCSV && o.saysCSV() {
		return o, ingest.ErrBadOption.Errorf("delimiter, header, quote, escape, comment and skip are of CSV; leave them out with format=%s", o.format)
	}
	if o.format == formatParquet && o.saysText() {
		return o, ingest.ErrBadOption.Errorf("encoding is of texts; leave it out with format=parquet")
	}
	if len(o.sources) > 1 && (o.mode == upsert || o.schema == catalog.EvolveSchema) {
		return o, ingest.ErrBadOption.Errorf("mode=upsert and schema=evolve take one source at a time: load them one after the other")
	}
	if o.schema == catalog.ReplaceSchema && o.mode != catalog.Replace {
		return o, ingest.ErrBadOption.Errorf("schema=replace goes with mode=replace alone: the rows that stay have the old schema")
	}
	return o, nil
}

// saysCSV tells options that only a CSV has.
func (o options) saysCSV() bool { return o.delimiter != 0 || o.noHeader || o.dialect != (dialect{}) }

// saysText tells options that only a text has.
func (o options) saysText() bool { return o.saysCSV() || o.encoding != "" }

// oneOf reads a parameter that takes one of a few words.
func oneOf[T ~string](q url.Values, name string, absent T, allowed []T) (T, error) {
	given := q.Get(name)
	if given == "" {
		return absent, nil
	}
	words := make([]string, len(allowed))
	for i, word := range allowed {
		if given == string(word) {
			return word, nil
		}
		words[i] = string(word)
	}
	return absent, ingest.ErrBadOption.Errorf("%s=%q is none of %s", name, given, strings.Join(words, ", "))
}

// parseKey reads the columns of an upsert's key.
func parseKey(q url.Values, mode catalog.Mode) ([]string, error) {
	given := q.Get("key")
	switch {
	case mode != upsert && q.Has("key"):
		return nil, ingest.ErrBadOption.Errorf("key goes with mode=upsert alone")
	case mode != upsert:
		return nil, nil
	case given == "":
		return nil, ingest.ErrBadOption.Errorf("mode=upsert needs key=COLUMN, or key=COLUMN,COLUMN: the columns by which a row is known again")
	}
	key := strings.Split(given, ",")
	for i, name := range key {
		if key[i] = strings.TrimSpace(name); key[i] == "" || slices.Contains(key[:i], key[i]) {
			return nil, ingest.ErrBadOption.Errorf("key=%q names a column twice, or none", given)
		}
	}
	return key, nil
}

// receipt says how a load of the content is known again.
func (o options) receipt(name catalog.Name, hash string) catalog.ReceiptOf {
	of := catalog.ReceiptOf{Name: name.String(), Mode: o.mode, ContentHash: hash, AllowDuplicate: o.allowDuplicate, Variant: o.variant()}
	if o.mode == upsert {
		of.Mode = catalog.Rewrite
	}
	return of
}

// variant tells an upsert from another way to bring the same content. In the key the
// order of columns, and upper and lower case, make no difference.
func (o options) variant() string {
	if o.mode != upsert {
		return ""
	}
	key := strings.Split(strings.ToLower(strings.Join(o.key, ",")), ",")
	slices.Sort(key)
	return fmt.Sprintf("upsert %q", key)
}

func parseDelimiter(given string) (byte, error) {
	switch given {
	case "":
		return 0, nil
	case ",", ";", "|", "\t":
		return given[0], nil
	case "comma":
		return ',', nil
	case "semicolon":
		return ';', nil
	case "tab", `\t`:
		return '\t', nil
	case "pipe":
		return '|', nil
	}
	return 0, ingest.ErrBadOption.Errorf("delimiter=%q is none of comma, semicolon, tab, pipe", given)
}

// contentHash identifies what is loaded: the bytes, by their BLAKE3, and the
// options that decide how they are read. The mode is left out, so that an append
// finds content that a replace brought.
func (o options) contentHash(bytes [32]byte, format string) string {
	h := sha256.New()
	if format == "" {
		format = cmp.Or(o.format, formatCSV)
	}
	fmt.Fprintf(h, "%s %x delimiter=%d header=%t quarantine=%t schema=%s", format, bytes, o.delimiter, !o.noHeader, o.quarantine, o.schema)
	if o.encoding != "" {
		fmt.Fprintf(h, " encoding=%s", o.encoding)
	}
	if o.dialect != (dialect{}) {
		fmt.Fprintf(h, " dialect=%v", o.dialect)
	}
	for _, name := range slices.Sorted(maps.Keys(o.types.types)) {
		fmt.Fprintf(h, " %q:%s(%s)", name, o.types.types[name], o.types.formats[name])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// datasetName settles the dataset that a file goes to.
func (o options) datasetName(fileName string) (catalog.Name, error) {
	given := o.name
	if given == "" {
		if len(o.sources) > 1 {
			return catalog.Name{}, catalog.ErrBadName.Errorf("several sources have no common name: add ?name=NAME")
		}
		if given = catalog.NameFromFile(fileName); given == "" {
			return catalog.Name{}, catalog.ErrBadName.Errorf("the dataset has no name, and the file's name gives none: add ?name=NAME")
		}
	}
	name, err := catalog.ParseName(given)
	if err != nil {
		return name, err
	}
	if strings.HasSuffix(name.Name, catalog.QuarantineSuffix) {
		return name, catalog.ErrBadName.Errorf("names ending in %s are kept for rows that could not be read", catalog.QuarantineSuffix)
	}
	if o.quarantine {
		if _, err := catalog.ParseName(quarantineOf(name).String()); err != nil {
			return name, catalog.ErrBadName.Errorf("the name is too long for on_error=quarantine: with %s it has over 128 characters", catalog.QuarantineSuffix)
		}
	}
	return name, nil
}

func isQuarantine(n catalog.Name) bool { return strings.HasSuffix(n.Name, catalog.QuarantineSuffix) }

func quarantineOf(n catalog.Name) catalog.Name {
	return catalog.Name{Namespace: n.Namespace, Name: n.Name + catalog.QuarantineSuffix}
}
