package archtest

import (
	"go/ast"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

var (
	sampleConfig = regexp.MustCompile("(?s)```toml\n(\\[fleet\\].*?)```")
	commentedOut = regexp.MustCompile(`(?m)^# (\[|[a-z_]+ = )`)
)

// sampleIsWhole: the sample configuration of the handbook has every key that the
// daemons take and no other, each once, also where all of it is uncommented.
func sampleIsWhole(t *testing.T, src *source) {
	match := sampleConfig.FindSubmatch(src.texts["docs/OPERATIONS.md"])
	if match == nil {
		t.Fatal("docs/OPERATIONS.md has no sample configuration, a block of TOML that begins with [fleet]")
	}
	var sample map[string]map[string]any
	if err := toml.Unmarshal(commentedOut.ReplaceAll(match[1], []byte("$1")), &sample); err != nil {
		t.Fatalf("the sample configuration of docs/OPERATIONS.md cannot be used with all of it uncommented: %v", err)
	}
	sections := map[string]map[string]bool{"fleet": keysOf(src, "internal/service", "Fleet")}
	for _, daemon := range []string{"storaged", "catalogd", "ingestd", "queryd", "vectord", "embedd", "gateway"} {
		sections[daemon] = keysOf(src, "internal/"+daemon, "Config")
	}
	for section, keys := range sections {
		if len(keys) == 0 {
			t.Errorf("no key of [%s] was found in the source: the rule would hold for nothing", section)
		}
		for key := range keys {
			if _, there := sample[section][key]; !there {
				t.Errorf("[%s] %s is not in the sample configuration of docs/OPERATIONS.md: an operator learns of a key there", section, key)
			}
		}
		for key := range sample[section] {
			if !keys[key] {
				t.Errorf("[%s] %s of the sample configuration in docs/OPERATIONS.md is no key that a daemon takes", section, key)
			}
		}
	}
}

// keysOf gives the keys of a section: the toml tags of a struct.
func keysOf(src *source, dir, name string) map[string]bool {
	keys := map[string]bool{}
	for _, f := range src.packages[dir].files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || spec.Name.Name != name {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					if field.Tag != nil {
						keys[reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("toml")] = true
					}
				}
			}
			return false
		})
	}
	return keys
}
