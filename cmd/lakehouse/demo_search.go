package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

const (
	demoIndex  = "candidates"
	mostTexts  = 10_000 // that are indexed: all of the small scale
	loadGlance = 100 * time.Millisecond
)

// search indexes what candidates say of themselves and finds them by it, by meaning, by
// words and by both.
func (d *demo) search(ctx context.Context, client *vector.Client) error {
	if err := d.index(ctx, client); err != nil {
		return fmt.Errorf("index the candidates' summaries: %w", err)
	}
	for _, s := range staffing.Searches() {
		if err := d.find(ctx, client, s.Text); err != nil {
			return fmt.Errorf("search for %q: %w", s.Text, err)
		}
	}
	return nil
}

func (d *demo) index(ctx context.Context, client *vector.Client) error {
	made, _, err := client.Create(ctx, vector.NewIndex{Name: demoIndex, Shape: vector.Shape{Model: "minilm"}})
	if err != nil {
		return err
	}
	begun := time.Now()
	rows, err := d.load(ctx, client)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(d.out, "\nWhat %d candidates say of themselves, as %d numbers each by the model %s, computed here in %.1f s.\nWhom do you look for?\n",
		rows, made.Dimension, made.Model, time.Since(begun).Seconds())
	return err
}

// load fills the index, beside a bar that tells how far it is, and why it is tried again.
func (d *demo) load(ctx context.Context, client *vector.Client) (rows int64, err error) {
	bar := cli.NewRowBar(d.progress, demoIndex)
	defer bar.End()
	bar.Begin(mostTexts)
	retries := cli.Retries{Index: demoIndex}
	tell := func(load vector.Load) {
		bar.Add(load.Rows - rows)
		rows = load.Rows
		retries.Say(bar, load)
	}
	load, err := client.StartLoad(ctx, demoIndex, vector.NewLoad{SQL: fmt.Sprintf(`SELECT candidate_id AS id, summary AS text, occupation, title, city, state,
       years_experience AS years FROM candidates ORDER BY candidate_id LIMIT %d`, mostTexts)})
	glance := time.NewTicker(loadGlance)
	defer glance.Stop()
	for ; err == nil && load.State == vector.LoadRunning; load, err = client.LoadOf(ctx, demoIndex) {
		tell(load)
		select {
		case <-ctx.Done():
			return rows, ctx.Err()
		case <-glance.C:
		}
	}
	if err != nil {
		return rows, err
	}
	tell(load)
	if load.Problem != nil {
		return rows, load.Problem
	}
	return rows, nil
}

// find shows whom the three ways find, side by side, and the words of whom both ways
// together find first.
func (d *demo) find(ctx context.Context, client *vector.Client, text string) error {
	const k = 5
	modes := []vector.Mode{vector.ByVector, vector.ByWords, vector.Hybrid}
	rows := make([][]string, k)
	for i := range rows {
		rows[i] = make([]string, len(modes))
	}
	var both []vector.Result
	for column, mode := range modes {
		found, err := client.Search(ctx, demoIndex, vector.Search{Text: text, Mode: mode, K: new(k)})
		if err != nil {
			return err
		}
		for row, result := range found.Results {
			rows[row][column] = whom(result)
		}
		if mode == vector.Hybrid {
			both = found.Results
		}
	}
	fmt.Fprintf(d.out, "\n%q\n", text)
	cli.WriteTable(d.out, []string{"by meaning (vector)", "by words (lexical)", "by both (hybrid)"}, rows, make([]bool, len(modes)))
	if len(both) == 0 {
		_, err := fmt.Fprintln(d.out, "Nobody is found.")
		return err
	}
	first := saidOf(both[0])
	_, err := fmt.Fprintf(d.out, "%s, of %s: %s\n", both[0].ID, first.Occupation, first.Text)
	return err
}

// said is what the index knows of a candidate.
type said struct {
	Occupation, Title, City, State, Text string
	Years                                int
}

func saidOf(r vector.Result) (s said) {
	_ = json.Unmarshal(r.Metadata, &s) // written by index
	return s
}

func whom(r vector.Result) string {
	s := saidOf(r)
	return fmt.Sprintf("%s, %d y, %s %s", strings.TrimSpace(s.Title), s.Years, s.City, s.State)
}
