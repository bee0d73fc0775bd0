package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newDemo() *cobra.Command {
	var exit bool
	var scale string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a fleet on a scratch folder with a staffing agency's sample data",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			of, known := map[string]staffing.Scale{"small": staffing.Small, "large": staffing.Large}[scale]
			if !known {
				return cli.Usage(fmt.Errorf("--scale %s is neither small nor large", scale))
			}
			scratch, err := os.MkdirTemp("", "lakehouse-demo-")
			if err != nil {
				return err
			}
			d := &demo{scratch: scratch, scale: of, exit: exit, out: cmd.OutOrStdout(), progress: cmd.ErrOrStderr()}
			return errors.Join(d.run(cmd.Context()), os.RemoveAll(scratch))
		},
	}
	cmd.Flags().BoolVar(&exit, "exit", false, "end the fleet after the answers instead of leaving it running")
	cmd.Flags().StringVar(&scale, "scale", "small", "small (10,000 candidates, 30,000 timesheets; seconds) or large (500,000 and 3,000,000, 1.4 GB\nof CSV; minutes)")
	return cmd
}

// questionTimeout is long enough for the large scale on a small box.
const questionTimeout = 10 * time.Minute

// demo is one run of the demonstration.
type demo struct {
	scratch       string
	scale         staffing.Scale
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
	if err := d.search(ctx, &vector.Client{Client: client}); err != nil {
		return err
	}
	if d.exit {
		return errDone
	}
	fmt.Fprintf(d.out, "\nThe fleet answers at %s (API: %s/docs). Try:\n\n", url, url)
	fmt.Fprintf(d.out, "  %s sql --gateway %s 'SELECT state, count(*) AS n FROM candidates GROUP BY 1 ORDER BY 2 DESC LIMIT 5'\n", os.Args[0], url)
	fmt.Fprintf(d.out, "  %s search --gateway %s 'bookkeeper who closes the month'\n", os.Args[0], url)
	fmt.Fprintf(d.out, "  curl -d '{\"sql\":\"DESCRIBE placements\"}' %s/v1/sql\n", url)
	fmt.Fprintf(d.out, "  curl -F file=@YOUR.csv '%s/v1/ingest?name=yours'\n", url)
	fmt.Fprintf(d.out, "\nCtrl-C ends the fleet and removes %s.\n", d.scratch)
	return nil
}

func (d *demo) ingest(ctx context.Context, client ingest.Client) error {
	fmt.Fprintln(d.out, "\nA staffing agency's books, made up and always the same:")
	generator := staffing.NewAt(staffing.DefaultSeed, d.scale)
	for _, table := range staffing.Tables(d.scale) {
		answer, err := d.ingestTable(ctx, client, generator, table)
		if err != nil {
			return fmt.Errorf("ingest %s: %w", table.Name, err)
		}
		fmt.Fprintln(d.out, "  "+cli.Summary(answer))
	}
	return nil
}

// ingestTable sends a table while it is made: it is nowhere whole.
func (d *demo) ingestTable(ctx context.Context, client ingest.Client, generator *staffing.Generator, table staffing.Table) (ingest.Answer, error) {
	bar := cli.NewRowBar(d.progress, table.Name)
	defer bar.End()
	bar.Begin(int64(table.Rows))
	ctx, stop := context.WithCancel(ctx)
	body, text := io.Pipe()
	made := make(chan struct{})
	go func() {
		defer close(made)
		told := func(rows int) { bar.Add(int64(rows)) }
		text.CloseWithError(generator.WriteParallel(ctx, text, table.Name, table.Rows, runtime.GOMAXPROCS(0), told))
	}()
	answer, _, err := client.CSV(ctx, ingest.Options{Name: table.Name}, body, -1, "")
	stop()
	body.Close() // where the answer came early, the rest is not made
	<-made
	return answer, err
}

func (d *demo) ask(ctx context.Context, client query.Client) error {
	timeout := questionTimeout.Milliseconds()
	for _, q := range staffing.Questions() {
		answer, err := client.Run(ctx, query.Request{SQL: q.SQL, TimeoutMS: &timeout})
		if err != nil {
			return fmt.Errorf("%s: %w", q.Question, err)
		}
		fmt.Fprintf(d.out, "\n%s\n", q.Question)
		cli.WriteAnswer(d.out, answer)
	}
	return nil
}
