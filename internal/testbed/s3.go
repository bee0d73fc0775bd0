package testbed

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

const (
	accessKey = "testbed"
	secretKey = "testbed-secret"
)

// StartMinIO starts a MinIO with an empty disk. Its bucket is not there yet.
func StartMinIO(t testing.TB) service.S3 {
	t.Helper()
	s, _ := StartMinIOProcess(t)
	return s
}

// StartMinIOProcess starts a MinIO that can be killed and started again.
func StartMinIOProcess(t testing.TB) (service.S3, *Process) {
	t.Helper()
	s, _, p := startS3(t, "minio", func(addr, dir string) *exec.Cmd {
		cmd := exec.Command(Tool(t, "minio"), "server", dir, "--quiet", "--address", addr, "--console-address", FreeAddress(t))
		cmd.Env = []string{"HOME=" + dir, "MINIO_ROOT_USER=" + accessKey, "MINIO_ROOT_PASSWORD=" + secretKey, "MINIO_UPDATE=off"}
		return cmd
	}, "/minio/health/ready")
	return s, p
}

// StartVersityGW starts a versitygw over an empty folder, which is returned too.
// Its bucket is not there yet.
func StartVersityGW(t testing.TB) (s service.S3, folder string) {
	t.Helper()
	s, folder, _ = startS3(t, "versitygw", func(addr, dir string) *exec.Cmd {
		cmd := exec.Command(Tool(t, "versitygw"), "--quiet", "--port", addr, "--health", "/health", "posix", dir)
		cmd.Env = []string{"HOME=" + dir, "ROOT_ACCESS_KEY=" + accessKey, "ROOT_SECRET_KEY=" + secretKey}
		return cmd
	}, "/health")
	return s, folder
}

func startS3(t testing.TB, name string, command func(addr, dir string) *exec.Cmd, health string) (service.S3, string, *Process) {
	t.Helper()
	addr, dir := FreeAddress(t), t.TempDir()
	p := Start(t, name, command(addr, dir), "http://"+addr+health)
	return service.S3{
		Endpoint: "http://" + addr, Region: "us-east-1", Bucket: "lakehouse-test",
		AccessKeyID: accessKey, SecretAccessKey: service.NewSecret(secretKey), UsePathStyle: true,
	}, dir, p
}

// Tool gives the path of a binary of the tools folder: $LAKEHOUSE_TOOLS, else
// .tools/bin beside go.mod. The test is skipped if it is not there.
func Tool(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("LAKEHOUSE_TOOLS")
	if dir == "" {
		dir = filepath.Join(moduleRoot(t), ".tools", "bin")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: %s is not in %s; scripts/tools.sh builds it, what is not for every test by its name as an argument", name, dir)
	}
	return path
}

// HTTPFS gives the path of DuckDB's extension httpfs: $LAKEHOUSE_HTTPFS, else that
// of the tools folder. The test is skipped if it is not there.
func HTTPFS(t testing.TB) string {
	t.Helper()
	path := os.Getenv("LAKEHOUSE_HTTPFS")
	if path == "" {
		path = filepath.Join(moduleRoot(t), ".tools", "httpfs", "httpfs.duckdb_extension")
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: %s is not there; scripts/tools.sh gets it", path)
	}
	return path
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}
