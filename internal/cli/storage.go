package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

func newStorage(g *Globals) *cobra.Command {
	cmd := &cobra.Command{Use: "storage", Short: "Look at the objects in storage, and copy a whole bucket"}
	var bucket string
	cmd.PersistentFlags().StringVar(&bucket, "bucket", "", "`NAME` of the bucket (default: the default one)")
	client := func() (*storage.Client, error) {
		gateway, err := g.client()
		return &storage.Client{Client: gateway, Bucket: bucket}, err
	}
	cmd.AddCommand(newStorageList(g, client), newStorageGet(client), newStoragePut(g, client), newStorageRemove(client))
	return cmd
}

func newStorageList(g *Globals, connect func() (*storage.Client, error)) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "ls [PREFIX]",
		Short: "List the objects and folders under a prefix",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := connect()
			if err != nil {
				return err
			}
			prefix, delimiter := "", "/"
			if len(args) == 1 {
				prefix = args[0]
			}
			if all {
				delimiter = ""
			}
			whole := storage.Listing{Objects: []storage.Object{}, Prefixes: []string{}}
			for page, err := range client.Listings(cmd.Context(), prefix, delimiter, 0) {
				if err != nil {
					return err
				}
				whole.Objects, whole.Prefixes = append(whole.Objects, page.Objects...), append(whole.Prefixes, page.Prefixes...)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), whole)
			}
			var rows [][]string
			for _, folder := range whole.Prefixes {
				rows = append(rows, []string{folder, "", ""})
			}
			for _, o := range whole.Objects {
				rows = append(rows, []string{o.Key, strconv.FormatInt(o.Size, 10), o.ModifiedAt.Local().Format(time.DateTime)})
			}
			for _, row := range rows { // keys are to be copied from here: nothing is cut
				fmt.Fprintf(cmd.OutOrStdout(), "%12s  %19s  %s\n", row[1], row[2], printable(row[0], ""))
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&all, "recursive", "r", false, "the objects in folders too")
	return cmd
}

func newStorageGet(connect func() (*storage.Client, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "get KEY [FILE]",
		Short: "Write an object to a file, or to standard output",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := connect()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return getObject(cmd.Context(), client, args[0], cmd.OutOrStdout())
			}
			file, err := os.Create(args[1])
			if err != nil {
				return err
			}
			return errors.Join(getObject(cmd.Context(), client, args[0], file), file.Close())
		},
	}
}

func getObject(ctx context.Context, client *storage.Client, key string, w io.Writer) error {
	body, object, err := client.Get(ctx, key, storage.Range{})
	if err != nil {
		return err
	}
	defer body.Close()
	n, err := io.Copy(w, body)
	if err == nil && n != object.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("%s is not whole: %w", key, err)
	}
	return nil
}

func newStoragePut(g *Globals, connect func() (*storage.Client, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "put FILE KEY",
		Short: "Store a file as an object; - reads standard input",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := connect()
			if err != nil {
				return err
			}
			body, size, finish := cmd.InOrStdin(), int64(-1), func(bool) {}
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close()
				info, err := file.Stat()
				if err != nil {
					return err
				}
				if info.IsDir() {
					return fmt.Errorf("%s is a folder; name a file", args[0])
				}
				bars := newBars(cmd.ErrOrStderr())
				defer bars.wait()
				body, finish = bars.add(file, info.Size(), args[1])
				size = info.Size()
			}
			stored, _, err := client.Put(cmd.Context(), args[1], body, size, storage.Condition{})
			finish(err == nil)
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), stored)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", stored.Key, bytesText(stored.Size))
			return err
		},
	}
}

func newStorageRemove(connect func() (*storage.Client, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "rm KEY...",
		Short: "Delete objects; those of datasets are refused",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, keys []string) error {
			client, err := connect()
			if err != nil {
				return err
			}
			var failed []error
			for _, key := range keys {
				if _, err := client.Head(cmd.Context(), key); err != nil {
					failed = append(failed, err) // a misspelt key is told
					continue
				}
				failed = append(failed, client.Delete(cmd.Context(), key))
			}
			return errors.Join(failed...)
		},
	}
}
