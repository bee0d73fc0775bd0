package httpfs_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/httpfs"
)

// extension writes a file that ends as an extension does.
func extension(t *testing.T, path, magic, platform, version string) string {
	t.Helper()
	footer := make([]byte, 512)
	copy(footer[7*32:], magic)
	copy(footer[6*32:], platform)
	copy(footer[5*32:], version)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append([]byte("code"), footer...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOnlyTheExtensionThatFitsIsFound(t *testing.T) {
	dir := t.TempDir()
	places := httpfs.Places(filepath.Join(dir, "bin", "lakehouse"), filepath.Join(dir, "home"))
	beside, installed := places[0], places[len(places)-1]
	if _, err := httpfs.Find([]string{beside, installed}); !errors.Is(err, httpfs.ErrNotFound) {
		t.Errorf("where there is none: %v", err)
	}
	for wrong, file := range map[string][3]string{
		"v1.4.0":       {"4", httpfs.Platform(), "v1.4.0"},
		"osx_arm64":    {"4", "osx_arm64", httpfs.Version},
		"no extension": {"x", httpfs.Platform(), httpfs.Version},
	} {
		extension(t, beside, file[0], file[1], file[2])
		_, err := httpfs.Find([]string{beside, installed})
		if err == nil || !strings.Contains(err.Error(), wrong) || !strings.Contains(err.Error(), "pip install") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	extension(t, installed, "4", httpfs.Platform(), httpfs.Version)
	if got, err := httpfs.Find([]string{beside, installed}); err != nil || got != installed {
		t.Errorf("behind one that does not fit: %q, %v", got, err)
	}
	if err := os.WriteFile(installed, []byte("cut"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := httpfs.Check(installed); err == nil || !strings.Contains(err.Error(), "cut") {
		t.Errorf("one that was cut: %v", err)
	}
}
