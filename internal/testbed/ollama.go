package testbed

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// OllamaMiniLM is the model that a started Ollama has: all-MiniLM-L6-v2.
const OllamaMiniLM = "all-minilm"

// StartOllama starts an Ollama and gives its address. The test is skipped where there is
// none, or no model.
func StartOllama(t testing.TB) (url string) {
	t.Helper()
	program := Tool(t, "ollama")
	models := filepath.Join(filepath.Dir(filepath.Dir(program)), "ollama", "models")
	if _, err := os.Stat(filepath.Join(models, "manifests")); err != nil {
		t.Skipf("skipped: there is no model in %s; scripts/tools.sh ollama makes one", models)
	}
	addr := FreeAddress(t)
	cmd := exec.Command(program, "serve")
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "OLLAMA_HOST=" + addr, "OLLAMA_MODELS=" + models, "OLLAMA_NOPRUNE=1"}
	p := Start(t, "ollama", cmd, "http://"+addr+"/api/version")
	t.Cleanup(p.end)
	return "http://" + addr
}
