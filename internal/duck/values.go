package duck

import (
	"strconv"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// stringAt reads a VARCHAR vector's value.
func stringAt(data unsafe.Pointer, row int) string {
	const size = 16 // of duckdb_string_t
	return bindings.StringTData((*bindings.StringT)(unsafe.Add(data, row*size)))
}

// bytePosition reads the offset that an error names, -1 where it names none.
func bytePosition(text string) int {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return -1
	}
	return int(n)
}
