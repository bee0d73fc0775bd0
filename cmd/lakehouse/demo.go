package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newDemo() *cobra.Command {
	var exit bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a fleet on a scratch folder with a staffing agency's sample data",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			scratch, err := os.MkdirTemp("", "lakehouse-demo-")
			if err != nil {
				return err
			}
			d := &demo{scratch: scratch, exit: exit, out: cmd.OutOrStdout(), progress: cmd.ErrOrStderr()}
			return errors.Join(d.run(cmd.Context()), os.RemoveAll(scratch))
		},
	}
	cmd.Flags().BoolVar(&exit, "exit", false, "end the fleet after the answers instead of leaving it running")
	return cmd
}

// demo is one run of the demonstration.
type demo struct {
	scratch       string
	exit          bool
	out, progress io.Writer
}

func (d *demo) run(ctx context.Context) error {
	config := fleet.Defaults()
	config.Fleet.Data = filepath.Join(d.scratch, "data")
	config.Fleet.LogLevel = "error"
	// The demo is of its own data: an operator's tokens and secrets are not its
	// business.
	config.Fleet.AuthFile, config.Fleet.SecretsFile = "", ""
	offset, err := fleet.FreeOffset(config)
	if err != nil {
		return err
	}
	config.Fleet.PortOffset = offset
	return up(ctx, config, d.out, d.progress, d.show)
}

// show loads the sample data, asks the questions and says what to try next.
func (d *demo) show(ctx context.Context, url string) error {
	client := wire.Client{Service: "gateway", Base: url + "/v1", Token: os.Getenv("AUTH_TOKEN")}
	if err := d.ingest(ctx, ingest.Client{Client: client}); err != nil {
		return err
	}
	if err := d.ask(ctx, query.Client{Client: client}); err != nil {
		return err
	}
	if d.exit {
		return errDone
	}
	fmt.Fprintf(d.out, "\nThe fleet answers at %s (API: %s/docs). Try:\n\n", url, url)
	fmt.Fprintf(d.out, "  %s sql --gateway %s 'SELECT state, count(*) AS n FROM candidates GROUP BY 1 ORDER BY 2 DESC LIMIT 5'\n", os.Args[0], url)
	fmt.Fprintf(d.out, "  curl -d '{\"sql\":\"DESCRIBE placements\"}' %s/v1/sql\n", url)
	fmt.Fprintf(d.out, "  curl -F file=@YOUR.csv '%s/v1/ingest?name=yours'\n", url)
	fmt.Fprintf(d.out, "\nCtrl-C ends the fleet and removes %s.\n", d.scratch)
	return nil
}

func (d *demo) ingest(ctx context.Context, client ingest.Client) error {
	fmt.Fprintln(d.out, "\nA staffing agency's books, made up and always the same:")
	generator := staffing.New(staffing.DefaultSeed)
	for _, table := range staffing.Tables(staffing.Small) {
		path := filepath.Join(d.scratch, table.Name+".csv")
		if err := writeTable(ctx, generator, table, path); err != nil {
			return fmt.Errorf("sample data %s: %w", table.Name, err)
		}
		answer, err := cli.IngestFile(ctx, client, ingest.Options{Name: table.Name}, path, d.progress)
		if err != nil {
			return fmt.Errorf("ingest %s: %w", table.Name, err)
		}
		fmt.Fprintln(d.out, "  "+cli.Summary(answer))
	}
	return nil
}

func writeTable(ctx context.Context, generator *staffing.Generator, table staffing.Table, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(file, 1<<20)
	err = generator.Write(ctx, buffer, table.Name, table.Rows)
	return errors.Join(err, buffer.Flush(), file.Close())
}

func (d *demo) ask(ctx context.Context, client query.Client) error {
	for _, q := range staffing.Questions() {
		answer, err := client.Run(ctx, query.Request{SQL: q.SQL})
		if err != nil {
			return fmt.Errorf("%s: %w", q.Question, err)
		}
		fmt.Fprintf(d.out, "\n%s\n", q.Question)
		cli.WriteAnswer(d.out, answer)
	}
	return nil
}
