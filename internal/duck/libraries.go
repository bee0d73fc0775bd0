package duck

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>

// open_library gives why a library cannot be loaded, or NULL.
static const char *open_library(const char *name) {
	return dlopen(name, RTLD_NOW | RTLD_GLOBAL) == NULL ? dlerror() : NULL;
}
*/
import "C"

import (
	"debug/elf"
	"fmt"
	"unsafe"
)

// openLibraries loads the system's libraries that an extension is linked with, and
// keeps them. Once the kernel's wall stands they cannot be read any more. Nothing of
// the extension itself runs: DuckDB has not seen its signature yet.
func openLibraries(extension string) error {
	file, err := elf.Open(extension)
	if err != nil {
		return fmt.Errorf("extension: %w", err)
	}
	defer file.Close()
	names, err := file.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("extension %s: %w", extension, err)
	}
	for _, name := range names {
		text := C.CString(name)
		failed := C.open_library(text)
		C.free(unsafe.Pointer(text))
		if failed != nil {
			return fmt.Errorf("extension %s: %s", extension, C.GoString(failed))
		}
	}
	return nil
}
