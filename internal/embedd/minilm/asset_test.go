package minilm_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestAssetIsThatOfItsSums: nobody changed the files but by the script that makes them.
func TestAssetIsThatOfItsSums(t *testing.T) {
	sums, err := os.Open("asset/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	defer sums.Close()
	seen := 0
	for lines := bufio.NewScanner(sums); lines.Scan(); seen++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		content, err := os.ReadFile(filepath.Join("asset", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != want {
			t.Errorf("%s has the SHA-256 %s, not %s", name, got, want)
		}
	}
	if seen != 2 {
		t.Errorf("there are %d sums", seen)
	}
}

func TestRevision(t *testing.T) {
	const want = "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
	if got := load(t, simd.Best()).Revision(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	provenance, err := os.ReadFile("asset/PROVENANCE.md")
	if err != nil || !strings.Contains(string(provenance), strings.TrimPrefix(want, "sha256:")) {
		t.Errorf("PROVENANCE.md does not tell of %s (%v)", want, err)
	}
	if minilm.Dimension != 384 || minilm.MaxTokens != 256 {
		t.Errorf("the model is of %d dimensions and %d tokens", minilm.Dimension, minilm.MaxTokens)
	}
}

// TestWeights reads the file, writes it, and has the same; and refuses what is none.
func TestWeights(t *testing.T) {
	content, err := os.ReadFile("asset/weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	w, err := weights.Read(string(content))
	if err != nil {
		t.Fatal(err)
	}
	if again := w.Bytes(); string(again) != string(content) {
		t.Error("what was written is not what was read")
	}
	for name, bad := range map[string]string{
		"nothing": "", "cut": string(content[:len(content)-1]), "longer": string(content) + "x", "other": strings.Repeat("x", 1000),
	} {
		if _, err := weights.Read(bad); err == nil || !strings.Contains(err.Error(), "scripts/minilm/run.sh") {
			t.Errorf("%s: got %v, want an error that says what to do", name, err)
		}
	}
}
