// Package httpfs finds DuckDB's extension httpfs, with which query workers read
// objects straight from S3.
//
// DuckDB loads an extension only if it was built for its own version and platform,
// and signed by DuckDB. What a file was built for is known here without DuckDB, so
// that one which does not fit is found before a worker is started over it. The
// signature is for DuckDB to check.
package httpfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Version is the DuckDB that this program is built with, and so the one that the
// extension must be built for.
const Version = "v1.5.5"

// FileName is the extension's name on disk.
const FileName = "httpfs.duckdb_extension"

// ErrNotFound tells that the extension is in none of the usual places.
var ErrNotFound = errors.New("DuckDB's extension httpfs is not there")

// Platform is the platform that the extension must be built for, as DuckDB names it.
func Platform() string { return runtime.GOOS + "_" + runtime.GOARCH }

// Remedy tells how to get the extension, in one command.
func Remedy() string {
	return fmt.Sprintf("python3 -m pip install --target /usr/lib/lakehouse/httpfs duckdb-extension-httpfs==%s", Version[1:])
}

// Places are the files that are looked for where the configuration names none: beside
// the program, where packages and pip as in [Remedy] put it, where DuckDB's own INSTALL
// puts it.
func Places(program, home string) []string {
	const lib = "/usr/lib/lakehouse"
	var places []string
	if program != "" {
		places = append(places, filepath.Join(filepath.Dir(program), FileName))
	}
	places = append(places,
		filepath.Join(lib, "extensions", Version, Platform(), FileName),
		filepath.Join(lib, "httpfs", "duckdb_extension_httpfs", "extensions", Version, FileName))
	if home != "" {
		places = append(places, filepath.Join(home, ".duckdb", "extensions", Version, Platform(), FileName))
	}
	return places
}

// Find gives the first extension that fits among the places. Its error is
// [ErrNotFound], or says of the first one that was there why it does not fit.
func Find(places []string) (string, error) {
	var first error
	for _, path := range places {
		err := Check(path)
		if err == nil {
			return path, nil
		}
		if first == nil && !errors.Is(err, os.ErrNotExist) {
			first = err
		}
	}
	if first == nil {
		first = ErrNotFound
	}
	return "", first
}

// Check tells why the extension at path does not fit this program.
func Check(path string) error {
	built, err := read(path)
	switch {
	case err != nil:
		return err
	case built.version != Version:
		return fmt.Errorf("%s is built for DuckDB %s, and this is %s; get the one for it: %s", path, built.version, Version, Remedy())
	case built.platform != Platform():
		return fmt.Errorf("%s is built for %s, and this is %s; get the one for it: %s", path, built.platform, Platform(), Remedy())
	}
	return nil
}

// build is what an extension was built for.
type build struct{ version, platform string }

// An extension ends with eight fields of 32 bytes, the last one first, and a
// signature of 256. The first field is "4", which tells that it is an extension.
const (
	fieldSize     = 32
	fields        = 8
	signatureSize = 256
	footerSize    = fields*fieldSize + signatureSize

	fieldMagic    = 7
	fieldPlatform = 6
	fieldVersion  = 5
)

func read(path string) (build, error) {
	f, err := os.Open(path)
	if err != nil {
		return build{}, err
	}
	defer f.Close()
	var footer [footerSize]byte
	info, err := f.Stat()
	if err != nil {
		return build{}, err
	}
	if info.Size() >= footerSize {
		_, err = io.ReadFull(io.NewSectionReader(f, info.Size()-footerSize, footerSize), footer[:])
	}
	field := func(i int) string { return string(bytes.TrimRight(footer[i*fieldSize:(i+1)*fieldSize], "\x00")) }
	if err != nil || field(fieldMagic) != "4" {
		return build{}, fmt.Errorf("%s is no extension of DuckDB, or was cut; get it again: %s", path, Remedy())
	}
	return build{version: field(fieldVersion), platform: field(fieldPlatform)}, nil
}
