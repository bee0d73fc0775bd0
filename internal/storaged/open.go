package storaged

import (
	"context"
	"log/slog"
	"path/filepath"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/local"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/s3"
)

// LocalRoot is the folder of a local bucket in a data folder.
func LocalRoot(data, bucket string) string { return filepath.Join(data, "objects", bucket) }

// OpenLocal opens a bucket of a data folder beside any daemon. It fails, naming the
// process, if the bucket is in use; until Close nobody else can use it. The default
// reserve of the disk is kept free.
func OpenLocal(data, bucket string) (backend.Store, error) {
	return local.Open(bucket, LocalRoot(data, bucket), 0)
}

// OpenS3 opens a bucket of the section [s3.NAME] beside any daemon, for so many
// writes at once. With create it makes the bucket if it is not there.
func OpenS3(ctx context.Context, name string, secret service.S3, bucket string, writes int, create bool, log *slog.Logger) (backend.Store, error) {
	if err := checkS3(name, secret, "the secrets file"); err != nil {
		return nil, err
	}
	return s3.Open(ctx, s3.Config{Bucket: bucket, SecretName: name, Secret: secret, Create: create, Writes: writes}, log), nil
}
