package fleet_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// crashConfig is the fleet's, for its secrets file. Few workers are kept warm, since
// queryd starts often here.
const crashConfig = "[fleet]\nauth_file = \"\"\nsecrets_file = %q\nlog_level = \"error\"\n[queryd]\nmax_concurrent = 2\n"

// startCrashFleet starts the processes that are killed. minio and its secret are nil
// where objects are on the local disk.
func startCrashFleet(t *testing.T, withMinIO bool, log *crashLog) (p *processes, l lake, minio *testbed.Process, secret *service.S3) {
	t.Helper()
	dir := t.TempDir()
	if !withMinIO {
		p, l = startProcessesWith(t, dir, fmt.Sprintf(crashConfig, ""), log)
		return p, l, nil, nil
	}
	s, minio := testbed.StartMinIOProcess(t)
	path := filepath.Join(dir, "secrets-go.toml")
	writePrivate(t, path, fmt.Sprintf("[s3.primary]\nendpoint = %q\nregion = %q\nbucket = %q\naccess_key_id = %q\nsecret_access_key = %q\nuse_path_style = true\n",
		s.Endpoint, s.Region, s.Bucket, s.AccessKeyID, s.SecretAccessKey.Reveal()))
	p, l = startProcessesWith(t, dir, fmt.Sprintf(crashConfig, path)+"[storaged]\nbackend = \"s3\"\n", log)
	return p, l, minio, &s
}

// crashLog keeps the end of what the daemons print, and all that no daemon may.
type crashLog struct {
	mu     sync.Mutex
	lines  [][]byte
	faults int // panics and data races
}

// keptLines is how much of the log a failure shows.
const keptLines = 200

// Write takes whole lines: a daemon writes each at once.
func (l *crashLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, fault := range []string{"panic: ", "fatal error: ", "DATA RACE"} {
		l.faults += bytes.Count(p, []byte(fault))
	}
	l.lines = append(l.lines, bytes.Clone(p))
	if extra := len(l.lines) - keptLines; extra > 0 && l.faults == 0 {
		l.lines = l.lines[extra:]
	}
	return len(p), nil
}

func (l *crashLog) found() (faults int, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.faults, string(bytes.Join(l.lines, nil))
}
