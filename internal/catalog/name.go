package catalog

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultNamespace is where a bare name is.
const DefaultNamespace = "default"

// QuarantineSuffix ends the name of the dataset that holds another's bad rows.
const QuarantineSuffix = "__quarantine"

// QuarantineColumns are the columns of such a dataset. raw is the record as it
// stood in the file; where its bytes are no text, encoding is "hex" and raw their
// digits. source is the content hash of the load.
func QuarantineColumns() []Column {
	return []Column{
		{Name: "line", Type: "long", Nullable: true},
		{Name: "column_name", Type: "string", Nullable: true},
		{Name: "reason", Type: "string", Nullable: true},
		{Name: "raw", Type: "string", Nullable: true},
		{Name: "encoding", Type: "string", Nullable: true},
		{Name: "source", Type: "string", Nullable: true},
	}
}

// Name is a dataset's full name.
type Name struct{ Namespace, Name string }

// String gives the name as users write it: without the default namespace.
func (n Name) String() string {
	if n.Namespace == DefaultNamespace {
		return n.Name
	}
	return n.Namespace + "." + n.Name
}

var namePart = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,127}$`)

// ParseName reads "placements" or "hr.placements"; anything else is
// [ErrBadName], and so are namespaces whose names mean something else in SQL.
func ParseName(s string) (Name, error) {
	n := Name{Namespace: DefaultNamespace, Name: s}
	if space, name, dotted := strings.Cut(s, "."); dotted {
		n = Name{Namespace: space, Name: name}
	}
	if !namePart.MatchString(n.Namespace) || !namePart.MatchString(n.Name) {
		shown := s
		if len(shown) > 64 {
			shown = shown[:64] + "..."
		}
		return Name{}, ErrBadName.Errorf("%q is no dataset name: use [a-z_][a-z0-9_]{0,127}, with at most one dot between namespace and name", shown)
	}
	if slices.Contains([]string{"main", "memory", "system", "temp", "information_schema", "pg_catalog"}, n.Namespace) {
		return Name{}, ErrBadName.Errorf("the namespace %s is SQL's own, and no statement could name a dataset in it: choose another", n.Namespace)
	}
	return n, nil
}

// NameFromFile makes a dataset's name of a file's: the base name without its
// extension (x.csv and x.csv.gz are both x), lower-cased, every other character an
// underscore. It is "" where no letter or digit would be left, for such names would
// all be alike.
func NameFromFile(file string) string {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	switch packed := path.Ext(base); strings.ToLower(packed) {
	case ".gz", ".gzip", ".zst", ".zstd":
		base = strings.TrimSuffix(base, packed)
	}
	base = strings.TrimSuffix(base, path.Ext(base))
	if !strings.ContainsFunc(base, func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) }) {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(base))
	if name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}
