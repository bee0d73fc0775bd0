package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/transfer"
)

// newStorage holds what of the storage verbs works on the places themselves and not
// through a gateway.
func newStorage() *cobra.Command {
	cmd := &cobra.Command{Use: "storage"}
	cmd.AddCommand(newCopy())
	return cmd
}

// copyFlags are the flags of "storage copy".
type copyFlags struct {
	from, to, config string
	parallel         int
	overwrite        bool
	verify           bool
}

func newCopy() *cobra.Command {
	var f copyFlags
	cmd := &cobra.Command{
		Use:   "copy --from DIR|s3 --to s3|DIR",
		Short: "Copy a whole bucket: datasets, versions, indexes, all, verified and resumable",
		Long: "Copy a whole bucket from a data folder to S3, back, or between two of a kind. DIR is a data folder, as\n" +
			"'up --data' takes it; s3 is the section [s3.primary] of the secrets file, s3.NAME another one. The bucket\n" +
			"keeps its name, for tables say s3://BUCKET/KEY where their files are.\n\n" +
			"A fleet on a data folder has to be stopped first. A bucket in S3 may be read from while it is in use: what\n" +
			"changes meanwhile is copied too. Do not write to one in use. Every object is read back and compared, and the\n" +
			"names of datasets and indexes are written last. Run it again after it was stopped, and it goes on.",
		Example: "  lakehouse storage copy --from ./data --to s3\n" +
			"  lakehouse storage copy --from s3 --to /srv/lakehouse --bucket lakehouse-go-primary",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.from == "" || f.to == "":
				return cli.Usage(errors.New("name both places: --from DIR --to s3, or --from s3 --to DIR"))
			case f.from == f.to:
				return cli.Usage(fmt.Errorf("--from and --to are both %s", f.from))
			case f.parallel < 1:
				return cli.Usage(errors.New("--parallel is at least 1"))
			}
			return f.run(cmd)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "the `PLACE` to read: a data folder, s3 or s3.NAME")
	flags.StringVar(&f.to, "to", "", "the `PLACE` to write")
	flags.StringVar(&f.config, "config", "", "configuration `FILE` that says where the secrets are (default as for 'up')")
	flags.IntVar(&f.parallel, "parallel", 8, "objects copied at once")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace what differs in the target, datasets and indexes too")
	flags.BoolVar(&f.verify, "verify", false, "read again also what an earlier copy has compared")
	return cmd
}

func (f *copyFlags) run(cmd *cobra.Command) error {
	config, err := fleet.Load(f.config, os.Environ())
	if err != nil {
		return err
	}
	secrets, err := service.LoadSecrets(config.Fleet, os.Getenv)
	if err != nil {
		return err
	}
	from, to := newPlace(f.from, secrets), newPlace(f.to, secrets)
	bucket, _ := cmd.Flags().GetString("bucket")
	bucket = cmp.Or(bucket, config.Storaged.Bucket, from.s3.Bucket, to.s3.Bucket, storage.DefaultBucket)
	log, err := service.NewLog(cmd.ErrOrStderr(), service.Fleet{LogLevel: "error", LogFormat: config.Fleet.LogFormat})
	if err != nil {
		return err
	}
	source, err := from.open(cmd.Context(), bucket, f.parallel, false, log)
	if err != nil {
		return fmt.Errorf("--from %s: %w", f.from, err)
	}
	target, err := to.open(cmd.Context(), bucket, f.parallel, true, log)
	if err != nil {
		return errors.Join(fmt.Errorf("--to %s: %w", f.to, err), source.close())
	}
	return errors.Join(f.copy(cmd, source, target, bucket), source.close(), target.close())
}

func (f *copyFlags) copy(cmd *cobra.Command, source, target *opened, bucket string) error {
	options := transfer.Options{Workers: f.parallel, Overwrite: f.overwrite, HashOf: catalog.HashOf}
	if !f.verify {
		journal, err := openJournal(source.id, target.id)
		if err != nil {
			return fmt.Errorf("the journal of copies: %w; with --verify none is needed", err)
		}
		defer journal.Close()
		options.Journal = journal
	}
	bar := cli.NewBar(cmd.ErrOrStderr(), "copy "+bucket)
	options.Begin, options.Done = func(_, size int64) { bar.Begin(size) }, bar.Add
	began := time.Now()
	summary, err := transfer.Copy(cmd.Context(), source.store, target.store, options)
	bar.End()
	if err != nil {
		return f.words(err, summary)
	}
	return f.report(cmd, summary, bucket, time.Since(began))
}

// words adds to an error what is to be done here.
func (f *copyFlags) words(err error, summary transfer.Summary) error {
	switch {
	case errors.Is(err, transfer.ErrConflict):
		return fmt.Errorf("%w; no name of a dataset or an index was written. Copy to an empty place, or replace them with --overwrite", err)
	case summary.Objects > 0:
		return fmt.Errorf("%w (%d objects are over; run the same command again, and it goes on)", err, summary.Objects)
	}
	return err
}

func (f *copyFlags) report(cmd *cobra.Command, s transfer.Summary, bucket string, took time.Duration) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		return enc.Encode(s)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "bucket %s: %d objects copied (%s), %d were there already, %d datasets, %d indexes, %.1f s; all verified\n",
		bucket, s.Copied, cli.Bytes(s.Bytes), s.Passed, s.Pointers, s.Indexes, took.Seconds())
	return err
}

// openJournal gives the journal of copies between two places, in the user's state
// folder.
func openJournal(from, to string) (*transfer.Journal, error) {
	dir, err := cli.StateFolder("copies")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(from + "\n" + to))
	return transfer.OpenJournal(filepath.Join(dir, hex.EncodeToString(sum[:12])+".ndjson"))
}
