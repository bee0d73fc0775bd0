package query

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// AsOf says which versions of its tables a statement reads, in place of the current
// ones. At most one of the two is set.
type AsOf struct {
	Time   time.Time          // every table as it was then; zero: see Tables
	Tables map[string]Version // by name, as the statement may write it; the others are current
}

// Version names a version of a table: by its number, by a tag, or by a time at which
// it was current. One of the three is set. A number may have the id of its dataset or view
// with it: what took the name of that since is [ErrSourceChanged], whatever its versions
// are called.
type Version struct {
	Number int64
	ID     string
	Tag    string
	Time   time.Time
}

// tagPrefix makes a tag of a text that might be read as a time.
const tagPrefix = "tag:"

// ParseAsOf reads as_of: null, a text with an RFC 3339 time, or an object in which a
// table has a number, a number with an id, a tag or such a time.
func ParseAsOf(raw json.RawMessage) (AsOf, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return AsOf{}, nil
	}
	if raw[0] != '{' {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			if t, err := parseTime(text); err == nil {
				return AsOf{Time: t}, nil
			}
		}
		return AsOf{}, fmt.Errorf("as_of is %s; write an RFC 3339 time for every table, as in \"2026-11-01T00:00:00Z\", or versions by name, as in {\"placements\": 3}", raw)
	}
	var tables map[string]json.RawMessage
	if err := json.Unmarshal(raw, &tables); err != nil {
		return AsOf{}, fmt.Errorf("as_of is no JSON object: %w", err)
	}
	a := AsOf{Tables: make(map[string]Version, len(tables))}
	for name, value := range tables {
		version, err := parseVersion(value)
		if err != nil {
			return AsOf{}, fmt.Errorf("as_of of %s: %w", name, err)
		}
		a.Tables[name] = version
	}
	return a, nil
}

// versionOf is a version by its number, of the dataset or the view that has an id.
type versionOf struct {
	Number int64  `json:"version"`
	ID     string `json:"id"`
}

func parseVersion(raw json.RawMessage) (Version, error) {
	var v Version
	if json.Unmarshal(raw, &v.Number) == nil && v.Number > 0 {
		return v, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil && text != "" {
		return VersionOf(text), nil
	}
	var of versionOf
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	if strict.Decode(&of) == nil && of.Number > 0 && of.ID != "" {
		return Version{Number: of.Number, ID: of.ID}, nil
	}
	return Version{}, fmt.Errorf("%s is no version; write a number from 1 on, a tag, an RFC 3339 time, or a number and the id of whose it is, as in {\"version\": 3, \"id\": \"0198…\"}", raw)
}

// VersionOf reads a version's name: an RFC 3339 time, else a tag, before which
// "tag:" may stand.
func VersionOf(text string) Version {
	if t, err := parseTime(text); err == nil {
		return Version{Time: t}
	}
	return Version{Tag: strings.TrimPrefix(text, tagPrefix)}
}

// parseTime reads an RFC 3339 time. The zero time, which stands for none here, becomes
// the next one: no version is as old as either.
func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err == nil && t.IsZero() {
		t = t.Add(time.Nanosecond)
	}
	return t, err
}

// MarshalJSON writes what [ParseAsOf] reads.
func (a AsOf) MarshalJSON() ([]byte, error) {
	if !a.Time.IsZero() {
		return json.Marshal(a.Time)
	}
	if a.Tables == nil {
		return []byte("null"), nil
	}
	return json.Marshal(a.Tables)
}

// MarshalJSON writes a version as as_of has it.
func (v Version) MarshalJSON() ([]byte, error) {
	switch {
	case v.ID != "":
		return json.Marshal(versionOf{v.Number, v.ID})
	case v.Number > 0:
		return json.Marshal(v.Number)
	case !v.Time.IsZero():
		return json.Marshal(v.Time)
	}
	return json.Marshal(tagPrefix + v.Tag)
}
