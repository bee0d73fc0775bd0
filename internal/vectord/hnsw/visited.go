package hnsw

// visited is a set of slots that is emptied in no time: a slot is in it if its mark
// is the present one.
type visited struct {
	marks   []uint8
	present uint8
}

// reset empties the set and makes room for n slots.
func (v *visited) reset(n int) {
	if len(v.marks) < n {
		v.marks = make([]uint8, n+n/4)
		v.present = 0
	}
	v.present++
	if v.present == 0 {
		clear(v.marks)
		v.present = 1
	}
}

// room lets a slot have a mark that came after the reset.
func (v *visited) room(slot uint32) {
	if n := int(slot) + 1 - len(v.marks); n > 0 {
		v.marks = append(v.marks, make([]uint8, n)...)
	}
}

// add puts a slot in, and tells whether it was not there.
func (v *visited) add(slot uint32) bool {
	v.room(slot)
	if v.marks[slot] == v.present {
		return false
	}
	v.marks[slot] = v.present
	return true
}
