package storage

import (
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// The layout of a local bucket. A key's file lies at the key's own path under
// the bucket's root, so that any program finds it there, with three exceptions
// that make the mapping hold every key and turn around:
//
//   - '%' in a key is "%25" in the file's name.
//   - `a` may be an object beside `a/b`, so names of files and of folders never
//     meet: a file whose name has no extension (".", a letter, then letters and
//     digits) and a folder whose name has one get a trailing "%".
//   - A segment whose name would be over 255 bytes is cut: the pieces before
//     the last are folders with a trailing "%+".
//
// So `datasets/…/data/x.parquet` is itself, `README` is `README%`, and no key
// has a file whose name starts with '%' and a letter: those are storaged's own.
const (
	// InstanceFile lies in a local bucket's root and holds [Bucket.Instance].
	InstanceFile = "%instance"

	escapedPercent = "%25"
	markKind       = "%"
	markMore       = "%+"
	maxName        = 255
	maxExtension   = 16
)

// LocalPath gives the file of a key, which must pass [CheckKey], in the local
// bucket with this root.
func LocalPath(root, key string) string {
	var b strings.Builder
	b.Grow(len(root) + len(key) + 8)
	b.WriteString(root)
	for rest, more := key, true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		writeSegment(&b, segment, !more)
	}
	return b.String()
}

// LocalKey is the inverse of [LocalPath]: the key of a file, by its path
// relative to the root. ok is false for a file that no key has.
func LocalKey(rel string) (key string, ok bool) {
	var b strings.Builder
	for rest, deeper := filepath.ToSlash(rel), true; deeper; {
		var name string
		name, rest, deeper = strings.Cut(rest, "/")
		part, more, ok := LocalName(name, deeper)
		if !ok {
			return "", false
		}
		b.WriteString(part)
		if deeper && !more {
			b.WriteByte('/')
		}
	}
	key = b.String()
	return key, CheckKey(key) == nil && LocalPath("", key) == "/"+rel
}

// LocalName reads one name in a local bucket's tree: the part of the key that it
// stands for, and whether the segment goes on inside this folder (more). ok is
// false for a name that stands for none.
func LocalName(name string, folder bool) (part string, more, ok bool) {
	if folder {
		name, more = strings.CutSuffix(name, markMore)
	}
	if !more {
		name = strings.TrimSuffix(name, markKind)
	}
	part = strings.ReplaceAll(name, escapedPercent, "%")
	return part, more, part != "" && strings.Count(part, "%") == strings.Count(name, "%") && escape(part) == name
}

func writeSegment(b *strings.Builder, segment string, last bool) {
	b.WriteByte('/')
	name := escape(segment)
	if hasExtension(segment) != last {
		name += markKind
	}
	if len(name) <= maxName {
		b.WriteString(name)
		return
	}
	cut := cutPoint(segment)
	b.WriteString(escape(segment[:cut]))
	b.WriteString(markMore)
	writeSegment(b, segment[cut:], last)
}

// cutPoint gives the length of the longest run of whole characters whose name
// fits beside the mark, and leaves at least one character for the last piece.
func cutPoint(segment string) int {
	length, cut := 0, 0
	for i, r := range segment {
		width := utf8.RuneLen(r)
		if r == '%' {
			width = len(escapedPercent)
		}
		if length += width; length > maxName-len(markMore) {
			return i
		}
		cut = i
	}
	return cut
}

func escape(part string) string {
	return strings.ReplaceAll(part, "%", escapedPercent)
}

func hasExtension(segment string) bool {
	dot := strings.LastIndexByte(segment, '.')
	extension := segment[dot+1:]
	if dot < 0 || extension == "" || len(extension) > maxExtension || !isLetter(extension[0]) {
		return false
	}
	for i := range len(extension) {
		if c := extension[i]; !isLetter(c) && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
