package wire

const (
	maxNames = 16 << 10 // of one object; an item's metadata of 64 KiB has fewer
	maxDepth = 10_000   // deeper no decoder goes
)

// CheckNames refuses a body in which an object has more names than any that is of use. Who
// looks whether one is given twice remembers all of them.
func CheckNames(body []byte) error {
	if len(body) < len(`"":1`)*maxNames {
		return nil
	}
	s := scan{doc: body}
	var open []int // the names of each object around; of an array 0
	for s.at < len(s.doc) {
		switch s.doc[s.at] {
		case '"':
			s.at += len(stringAt(s.doc[s.at:]))
			if len(open) == 0 || s.peek() != ':' {
				continue // a value
			}
			if open[len(open)-1]++; open[len(open)-1] > maxNames {
				return ErrBadRequest.Errorf("an object in the body has over %d names", maxNames).With("limit", maxNames)
			}
			continue
		case '{', '[':
			if len(open) == maxDepth {
				return nil
			}
			open = append(open, 0)
		case '}', ']':
			open = open[:max(len(open)-1, 0)]
		}
		s.at++
		s.plain()
	}
	return nil
}
