package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// config tells whether the configuration can be loaded, strictly, and can work.
func config(_ context.Context, f Fleet) []Check {
	name := cmp.Or(f.ConfigFile, "the defaults, for there is no lakehouse.toml")
	if f.ConfigErr != nil {
		check := "lakehouse config check"
		if f.ConfigFile != "" {
			check += " --config " + f.ConfigFile
		}
		what := strings.ReplaceAll(oneLine(f.ConfigErr.Error()), name+": ", "")
		return trouble("config", Fail, "mend what it names, then: "+check, "%s: %s", name, what)
	}
	return ok("config", "%s: every key is known and every value can work", name)
}

// secretFiles tells whether the secrets can be read here, and by nobody who should not.
func secretFiles(_ context.Context, f Fleet) []Check {
	if f.SecretsErr != nil {
		return trouble("secrets", Fail, "mend the file that it names", "%s", oneLine(f.SecretsErr.Error()))
	}
	keys := map[string]bool{}
	for _, m := range f.Models {
		keys[m.KeyFile] = true
	}
	var seen []string
	for _, path := range append([]string{f.Settings.AuthFile, f.Settings.SecretsFile}, slices.Sorted(maps.Keys(keys))...) {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return trouble("secrets", Fail, "let this user read it, or run the doctor as the fleet's own", "%v", err)
		case info.Mode().Perm()&0o007 != 0:
			return trouble("secrets", Fail, "chmod 600 "+path, "%s has mode %04o: everybody on this box can reach what is in it", path, info.Mode().Perm())
		case info.Mode().Perm()&0o070 != 0:
			return trouble("secrets", Warn, "chmod 600 "+path, "%s has mode %04o: its group can reach what is in it", path, info.Mode().Perm())
		}
		seen = append(seen, fmt.Sprintf("%s has mode %04o", path, info.Mode().Perm()))
	}
	if seen == nil {
		return ok("secrets", "there are no files of secrets, so there is no token, no S3 and no key of a provider of models")
	}
	return ok("secrets", "%s", strings.Join(seen, "; "))
}

// oneLine joins the lines of an error.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
