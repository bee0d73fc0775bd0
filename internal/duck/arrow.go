package duck

/*
#include <stdint.h>
#include <stdlib.h>

// The two functions of DuckDB's C API that turn results into Arrow. The bindings
// have them behind a build tag; declared here, every build has them.
extern void *duckdb_to_arrow_schema(void *options, void **types, const char **names, uint64_t columns, void *schema);
extern void *duckdb_data_chunk_to_arrow(void *options, void *chunk, void *array);
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/cdata"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// arrowSchema gives the Arrow schema of a result.
func arrowSchema(options bindings.ArrowOptions, types []bindings.LogicalType, names []string) (*arrow.Schema, error) {
	n := C.size_t(len(types))
	cTypes := (*unsafe.Pointer)(C.calloc(n, C.size_t(unsafe.Sizeof(uintptr(0)))))
	defer C.free(unsafe.Pointer(cTypes))
	cNames := (**C.char)(C.calloc(n, C.size_t(unsafe.Sizeof(uintptr(0)))))
	defer C.free(unsafe.Pointer(cNames))
	for i := range types {
		unsafe.Slice(cTypes, n)[i] = types[i].Ptr
		name := C.CString(names[i])
		defer C.free(unsafe.Pointer(name))
		unsafe.Slice(cNames, n)[i] = name
	}
	out := (*cdata.CArrowSchema)(C.calloc(1, C.size_t(unsafe.Sizeof(cdata.CArrowSchema{}))))
	defer C.free(unsafe.Pointer(out))
	failed := C.duckdb_to_arrow_schema(options.Ptr, cTypes, cNames, C.uint64_t(n), unsafe.Pointer(out))
	if err := takeError(failed); err != nil {
		return nil, err
	}
	return cdata.ImportCArrowSchema(out)
}

// arrowBatch turns one chunk of a result into a record batch over memory that
// is DuckDB's until the batch is released.
func arrowBatch(options bindings.ArrowOptions, schema *arrow.Schema, chunk bindings.DataChunk) (arrow.RecordBatch, error) {
	out := (*cdata.CArrowArray)(C.calloc(1, C.size_t(unsafe.Sizeof(cdata.CArrowArray{}))))
	defer C.free(unsafe.Pointer(out))
	failed := C.duckdb_data_chunk_to_arrow(options.Ptr, chunk.Ptr, unsafe.Pointer(out))
	if err := takeError(failed); err != nil {
		return nil, err
	}
	return cdata.ImportCRecordBatchWithSchema(out, schema)
}

// takeError turns DuckDB's error data into an error and frees it.
func takeError(p unsafe.Pointer) error {
	data := bindings.ErrorData{Ptr: p}
	defer bindings.DestroyErrorData(&data)
	if p == nil || !bindings.ErrorDataHasError(data) {
		return nil
	}
	return errors.New(bindings.ErrorDataMessage(data))
}
