package testbed

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

const (
	accessKey  = "testbed"
	secretKey  = "testbed-secret"
	startLimit = 30 * time.Second
)

// StartMinIO starts a MinIO with an empty disk. Its bucket is not there yet.
func StartMinIO(t testing.TB) service.S3 {
	t.Helper()
	s, _ := startS3(t, "minio", func(addr, dir string) *exec.Cmd {
		cmd := exec.Command(Tool(t, "minio"), "server", dir, "--quiet", "--address", addr, "--console-address", freeAddress(t))
		cmd.Env = []string{"HOME=" + dir, "MINIO_ROOT_USER=" + accessKey, "MINIO_ROOT_PASSWORD=" + secretKey, "MINIO_UPDATE=off"}
		return cmd
	}, "/minio/health/ready")
	return s
}

// StartVersityGW starts a versitygw over an empty folder, which is returned too.
// Its bucket is not there yet.
func StartVersityGW(t testing.TB) (s service.S3, folder string) {
	t.Helper()
	return startS3(t, "versitygw", func(addr, dir string) *exec.Cmd {
		cmd := exec.Command(Tool(t, "versitygw"), "--quiet", "--port", addr, "--health", "/health", "posix", dir)
		cmd.Env = []string{"HOME=" + dir, "ROOT_ACCESS_KEY=" + accessKey, "ROOT_SECRET_KEY=" + secretKey}
		return cmd
	}, "/health")
}

func startS3(t testing.TB, name string, command func(addr, dir string) *exec.Cmd, health string) (service.S3, string) {
	t.Helper()
	addr, dir := freeAddress(t), t.TempDir()
	Start(t, name, command(addr, dir), "http://"+addr+health)
	return service.S3{
		Endpoint: "http://" + addr, Region: "us-east-1", Bucket: "lakehouse-test",
		AccessKeyID: accessKey, SecretAccessKey: service.NewSecret(secretKey), UsePathStyle: true,
	}, dir
}

// Start runs a server until the test ends, and returns once health answers 200.
// What the server printed is shown if it does not.
func Start(t testing.TB, name string, cmd *exec.Cmd, health string) {
	t.Helper()
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // however it ends
		close(exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-exited
	})
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	for !answers(ctx, health) {
		select {
		case <-exited:
			t.Fatalf("%s ended before it was ready:\n%s", name, out)
		case <-ctx.Done():
			t.Fatalf("%s was not ready within %s:\n%s", name, startLimit, out)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
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
		t.Skipf("skipped: %s is not in %s; scripts/verify.sh builds it", name, dir)
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

// freeAddress gives an address that nobody listens on now. Another process may
// take it before it is used; the start then fails, and says so.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// output keeps what a server prints.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return fmt.Sprint(strings.TrimSpace(o.buf.String()))
}
