package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// findFiles gives the files that paths name, in their order: a file itself, those
// of a folder that can be loaded, those that match a pattern. What of a folder
// cannot be loaded is named on skipped.
func findFiles(paths []string, skipped io.Writer) (files []string, err error) {
	for _, path := range paths {
		found, err := filesOf(path, skipped)
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, nil
}

func filesOf(path string, skipped io.Writer) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return filesIn(path, skipped)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?["):
		matches, err := filepath.Glob(path)
		if err != nil {
			return nil, fmt.Errorf("the pattern %q cannot be read: %w", path, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("no file matches %q", path)
		}
		return slices.DeleteFunc(matches, func(match string) bool {
			info, err := os.Stat(match)
			folder := err == nil && info.IsDir()
			if folder {
				fmt.Fprintf(skipped, "skipped %s: a folder; name it by itself\n", match)
			}
			return folder
		}), nil
	}
	return []string{path}, nil // what cannot be opened is told of the file, when its turn comes
}

// filesIn gives the files of a folder that can be loaded, by name.
func filesIn(folder string, skipped io.Writer) (files []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		info, err := os.Stat(path) // where a link leads
		switch {
		case err != nil:
			fmt.Fprintf(skipped, "skipped %s: %v\n", path, err)
		case info.IsDir():
			fmt.Fprintf(skipped, "skipped %s: a folder in a folder; name it by itself\n", path)
		case !loadable(entry.Name()):
			fmt.Fprintf(skipped, "skipped %s: neither csv, json, ndjson nor parquet, nor one of those with .gz or .zst\n", path)
		default:
			files = append(files, path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s holds no file that can be loaded", folder)
	}
	return files, nil
}

// loadable tells a file of a kind that ingests take by the end of its name.
func loadable(name string) bool {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	return slices.Contains([]string{".csv", ".json", ".ndjson", ".parquet"}, filepath.Ext(name)) && !strings.HasPrefix(name, ".")
}
