package metadata

// Bounds of a filter.
const (
	// MaxFilterBytes bounds its JSON.
	MaxFilterBytes = 8 << 20
	// MaxFilterValues bounds what stands in that, objects and arrays too: 100,000 conditions,
	// or twice as many values in a list.
	MaxFilterValues = 1 << 18
)

// manyValues tells that there are more than a filter may have, without making anything of them.
func manyValues(raw []byte) bool {
	n, inText := 1, false
	for at := 0; at < len(raw); at++ {
		switch c := raw[at]; {
		case c == '"':
			inText = !inText
		case c == '\\':
			at++
		case !inText && (c == ',' || c == '{' || c == '['):
			n++
		}
	}
	return n > MaxFilterValues
}
