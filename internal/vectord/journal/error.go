package journal

import "fmt"

// Fault is what is wrong with an object; its text is a stable code.
type Fault string

// What can be wrong with an object.
const (
	// Cut: the object ends before its end mark. The records before are whole.
	Cut Fault = "log_cut"
	// Damaged: a checksum does not hold, or what it holds for cannot be. The records
	// before are whole.
	Damaged Fault = "log_damaged"
	// OtherFormat: this is no log object.
	OtherFormat Fault = "log_of_other_format"
	// OtherVersion: the log object was written by a release with another format.
	OtherVersion Fault = "log_of_other_version"
	// OtherIndex: the log object is another index's.
	OtherIndex Fault = "log_of_other_index"
	// OutOfOrder: the objects that are to be merged do not follow one another.
	OutOfOrder Fault = "log_out_of_order"
)

// Error says what is wrong with an object, and where. An error of reading from whatever
// an object is read from is no Error: the object may be whole.
type Error struct {
	Fault  Fault
	Block  int64 // that could not be read; 0 is the header
	Offset int64 // of the object, in bytes, where that block begins
	Detail string
}

func (e *Error) Error() string {
	if e.Fault == OutOfOrder {
		return fmt.Sprintf("the log object does not follow the one before: %s; %s", e.Detail, e.remedy())
	}
	return fmt.Sprintf("the log object cannot be read from block %d at byte %d on: %s; %s", e.Block, e.Offset, e.Detail, e.remedy())
}

// remedy says what can be done.
func (e *Error) remedy() string {
	switch e.Fault {
	case Cut:
		return "restore the object from a copy, or go on with the records before, which are whole"
	case OtherFormat:
		return "restore the object from a copy"
	case OtherVersion:
		return "read it with the release that wrote it"
	case OtherIndex:
		return "put the object back to where it belongs"
	case OutOfOrder:
		return "give the objects in order of their sequence numbers, with none left out"
	}
	return "restore the object from a copy; the records before are whole"
}
