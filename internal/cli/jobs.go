package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/tmaxmax/go-sse"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maxEventBytes bounds one event: a job with its answer, of 10,000 columns too.
const maxEventBytes = 16 << 20

// awaitRetry is the pause before a stream of events that broke off is taken up
// again, and awaitPatience for how long that is tried without news.
const (
	awaitRetry    = time.Second
	awaitPatience = 5 * time.Minute
)

// await follows a job to its end. It outlasts a fleet that is started anew.
func await(ctx context.Context, client ingest.Client, job ingest.Job) (ingest.Answer, error) {
	last, news := "", time.Now()
	for {
		seen, err := follow(ctx, client, &job, last)
		if job.State.Ended() {
			return outcome(job)
		}
		if seen != last {
			last, news = seen, time.Now()
		}
		if errors.Is(err, ingest.ErrJobNotFound) {
			return ingest.Answer{}, err
		}
		if time.Since(news) > awaitPatience {
			return ingest.Answer{}, fmt.Errorf("the job %s was not heard of for %s; it goes on, see 'lakehouse jobs': %w", job.ID, awaitPatience, err)
		}
		select {
		case <-ctx.Done():
			return ingest.Answer{}, fmt.Errorf("stopped waiting for the job %s, which goes on; see 'lakehouse jobs', or end it with 'lakehouse jobs cancel %s'", job.ID, job.ID)
		case <-time.After(awaitRetry):
		}
	}
}

// follow reads one stream of events and gives the id of the last.
func follow(ctx context.Context, client ingest.Client, job *ingest.Job, last string) (string, error) {
	stream, err := client.Events(ctx, job.ID, last)
	if err != nil || stream == nil {
		return last, err
	}
	defer stream.Close()
	for event, err := range sse.Read(stream, &sse.ReadConfig{MaxEventSize: maxEventBytes}) {
		if err != nil {
			return last, err
		}
		if err := json.Unmarshal([]byte(event.Data), job); err != nil {
			return last, fmt.Errorf("an event of the job %s: %w", job.ID, err)
		}
		if last = event.LastEventID; job.State.Ended() {
			break
		}
	}
	return last, nil
}

func outcome(job ingest.Job) (ingest.Answer, error) {
	switch {
	case job.Problem != nil:
		return ingest.Answer{}, job.Problem
	case job.Answer == nil:
		return ingest.Answer{}, fmt.Errorf("the job %s is %s without an answer", job.ID, job.State)
	}
	return *job.Answer, nil
}

func newJobs(g *Globals) *cobra.Command {
	var state string
	cmd := &cobra.Command{
		Use:   "jobs",
		Short: "List the ingests that were sent as jobs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.client()
			if err != nil {
				return err
			}
			jobs, err := wire.Gather((&ingest.Client{Client: client}).EachJob(cmd.Context(), ingest.JobState(state), 0))
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), jobs)
			}
			showJobs(cmd, jobs)
			return nil
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "queued, running, succeeded, failed or cancelled (default: any)")
	cmd.AddCommand(newCancel(g))
	return cmd
}

func newCancel(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "cancel ID",
		Short: "Cancel a job, so that nothing of it becomes visible",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			gateway, err := g.client()
			if err != nil {
				return err
			}
			client := ingest.Client{Client: gateway}
			job, err := client.Cancel(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if g.JSON {
				if err := printJSON(cmd.OutOrStdout(), job); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", job.ID, job.State)
			}
			if job.State != ingest.JobCancelled {
				return fmt.Errorf("the job is not cancelled: it is %s", job.State)
			}
			return nil
		},
	}
}

func showJobs(cmd *cobra.Command, jobs []ingest.Job) {
	var rows [][]string
	for _, j := range jobs {
		said := ""
		if j.Problem != nil && !errors.Is(j.Problem, ingest.ErrJobCancelled) {
			said = j.Problem.Kind.Code + ": " + j.Problem.Detail
		}
		rows = append(rows, []string{j.ID, string(j.State), string(j.Phase), j.Dataset, bytesText(j.BytesTotal),
			strconv.FormatInt(j.Rows, 10), j.CreatedAt.Local().Format(time.DateTime), said})
	}
	WriteTable(cmd.OutOrStdout(), []string{"job", "state", "phase", "dataset", "size", "rows", "created", "problem"}, rows,
		[]bool{false, false, false, false, true, true, false, false})
}
