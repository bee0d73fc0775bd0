// Package substrait stands in for the one of this name, which is no code but the YAML
// files of Substrait's standard functions. iceberg-go links them to evaluate filters in
// its own scans, which nothing here uses, and its initialisation parses all of them: 0.2
// s of processor time and 32 MB in every process. See
// docs/decisions/0021-no-substrait-functions.md.
package substrait

import "embed"

// The reader of the files wants one, and finds no function in it.
//
//go:embed extensions/functions_none.yaml
var files embed.FS

// GetSubstraitFS gives the one file.
func GetSubstraitFS() embed.FS { return files }

// GetSubstraitExtensionsFS gives the same.
func GetSubstraitExtensionsFS() embed.FS { return files }

// GetSubstraitTestsFS gives no file at all.
func GetSubstraitTestsFS() embed.FS { return embed.FS{} }
