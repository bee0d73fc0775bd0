package catalogd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Bounds of what one registration may carry.
const (
	maxObjects  = 10_000
	maxNote     = 1 << 20
	maxKeyBytes = 255 // of an Idempotency-Key
	maxHash     = 128
	maxVariant  = 64 << 10
)

// readRegistration reads what the body of a request asks for. Every column of a
// dataset is nullable, also one of which nothing is said; one that is to hold no
// NULL is refused, and only the text of the body tells it from silence.
func readRegistration(r *http.Request) (reg catalog.Registration, err error) {
	var text bytes.Buffer
	r.Body = io.NopCloser(io.TeeReader(r.Body, &text))
	if err := wire.ReadJSON(r, &reg); err != nil {
		return reg, err
	}
	var said struct {
		Columns []struct {
			Nullable *bool `json:"nullable"`
		} `json:"columns"`
	}
	if err := json.Unmarshal(text.Bytes(), &said); err != nil {
		return reg, err
	}
	for i, c := range said.Columns {
		if c.Nullable != nil && !*c.Nullable {
			name := shorten(reg.Columns[i].Name)
			return reg, wire.ErrNotSupported.Errorf("column %q: nullable=false is not there yet, every column may hold NULL; leave it out, or send true", name).With("column", name)
		}
		reg.Columns[i].Nullable = true
	}
	return reg, nil
}

// registration is a request for a new version, checked and with its defaults.
type registration struct {
	catalog.Registration
	name    catalog.Name
	key     string // Idempotency-Key, or ""
	request string // what the key stands for
}

func newRegistration(reg catalog.Registration, key string) (*registration, error) {
	r := &registration{Registration: reg, key: key}
	var err error
	if r.name, err = catalog.ParseName(reg.Name); err != nil {
		return nil, err
	}
	if r.Mode == "" {
		r.Mode = catalog.Replace
	}
	if r.Schema == "" {
		r.Schema = catalog.Strict
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	r.request, err = r.identity()
	return r, err
}

func (r *registration) check() error {
	bad := wire.ErrBadRequest
	switch {
	case strings.HasSuffix(r.name.Name, catalog.QuarantineSuffix) && !r.quarantines():
		return catalog.ErrBadName.Errorf("names ending in %s are kept for rows that could not be read, and take nothing but appends of such rows in their own columns; choose another name", catalog.QuarantineSuffix)
	case r.Mode == "upsert":
		return wire.ErrNotSupported.Errorf("mode=upsert is for POST /ingest, which finds the rows to replace; here it is mode=rewrite, with removes")
	case r.Mode != catalog.Replace && r.Mode != catalog.Append && r.Mode != catalog.Create && r.Mode != catalog.Rewrite:
		return bad.Errorf("mode %q is none of replace, append, create, rewrite", shorten(string(r.Mode)))
	case r.Schema != catalog.Strict && r.Schema != catalog.ReplaceSchema && r.Schema != catalog.EvolveSchema:
		return bad.Errorf("schema %q is none of strict, evolve, replace", shorten(string(r.Schema)))
	case r.Mode != catalog.Rewrite && (len(r.Removes) > 0 || r.BaseVersion != nil || r.Variant != ""):
		return bad.Errorf("removes, base_version and variant go with mode=rewrite only")
	case len(r.Removes) > maxObjects:
		return bad.Errorf("%d objects to remove; at most %d in one registration", len(r.Removes), maxObjects).With("limit", maxObjects)
	case len(r.Variant) > maxVariant:
		return bad.Errorf("variant has %d bytes; at most %d", len(r.Variant), maxVariant).With("limit", maxVariant)
	case r.Schema == catalog.ReplaceSchema && r.Mode != catalog.Replace:
		return bad.Errorf("schema=replace goes with mode=replace only")
	case len(r.Objects) > maxObjects:
		return bad.Errorf("%d objects; at most %d in one registration", len(r.Objects), maxObjects).With("limit", maxObjects)
	case len(r.Note) > maxNote:
		return bad.Errorf("the note has %d bytes; at most %d are kept", len(r.Note), maxNote).With("limit", maxNote)
	case len(r.ContentHash) > maxHash:
		return bad.Errorf("content_hash has %d bytes; at most %d", len(r.ContentHash), maxHash).With("limit", maxHash)
	case len(r.key) > maxKeyBytes:
		return bad.Errorf("%s has %d bytes; at most %d", wire.HeaderIdempotencyKey, len(r.key), maxKeyBytes).With("limit", maxKeyBytes)
	case r.DatasetID != "" && !catalog.IsID(r.DatasetID):
		return bad.Errorf("dataset_id %q is no UUID in lower case", shorten(r.DatasetID))
	}
	seen := make(map[string]bool, len(r.Objects))
	for _, o := range r.Objects {
		if err := storage.CheckKey(o.Key); err != nil {
			return err
		}
		if seen[o.Key] {
			return badObject(o.Key, "it is named twice")
		}
		seen[o.Key] = true
	}
	if len(r.Columns) > 0 {
		return checkColumns(r.Columns)
	}
	return nil
}

// quarantines tells a registration that adds bad rows, as ingestd's do. Who sends
// it cannot be told; but what is like it loses no row and breaks no later ingest.
func (r *registration) quarantines() bool {
	return (r.Mode == catalog.Append || r.Mode == catalog.Rewrite) && catalog.Fingerprint(r.Columns) == catalog.Fingerprint(catalog.QuarantineColumns())
}

// identity is what an Idempotency-Key stands for. A writer that says by a hash
// what it loads may bring it in other objects when it comes again.
func (r *registration) identity() (string, error) {
	same := catalog.Registration{Name: r.name.String(), Mode: r.Mode, Schema: r.Schema, ContentHash: r.ContentHash, AllowDuplicate: r.AllowDuplicate, Variant: r.Variant}
	if same.ContentHash == "" {
		same.Objects, same.Columns, same.Removes, same.BaseVersion = r.Objects, r.Columns, r.Removes, r.BaseVersion
	}
	text, err := json.Marshal(same)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}
