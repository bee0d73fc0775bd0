package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// sqlUsage is how a statement is written on a command line.
const sqlUsage = "lakehouse sql 'SELECT ...'"

func newSQL(g *Globals) *cobra.Command {
	var format string
	var limit int64
	var params []string
	cmd := &cobra.Command{
		Use:   "sql STATEMENT",
		Short: "Ask one SELECT; - reads the statement from standard input",
		Example: "  lakehouse sql 'SELECT state, count(*) AS n FROM placements GROUP BY 1 ORDER BY 2 DESC'\n" +
			"  lakehouse sql 'SELECT * FROM placements WHERE state = ? AND bill_rate > ? AND zip = ?' --param TX --param 30 --param '\"75001\"'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("the statement is one argument, in quotes: %s; %d were given", sqlUsage, len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			statement, err := readStatement(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			gateway, err := g.client()
			if err != nil {
				return err
			}
			if format == "" && g.JSON {
				format = "json"
			}
			req := query.Request{SQL: statement}
			for _, text := range params {
				value, err := paramValue(text)
				if err != nil {
					return usageError{err}
				}
				req.Params = append(req.Params, value)
			}
			if cmd.Flags().Changed("limit") {
				req.Limit = &limit
			}
			return sqlWords(runSQL(cmd, query.Client{Client: gateway}, req, format), params)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "table (default), json, ndjson, csv or arrow")
	cmd.Flags().Int64Var(&limit, "limit", 0, "at most this many rows")
	cmd.Flags().StringArrayVar(&params, "param", nil, "`VALUE` of the next ?; once for each. A number, true, false, null or \"string\" as\n"+
		"JSON has it is taken as that, anything else as text; digits as text: '\"75001\"'")
	return cmd
}

// paramValue makes a parameter of a flag's text: a JSON scalar is one, whatever
// else is a string.
func paramValue(text string) (json.RawMessage, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("--param %q is no UTF-8 text; convert it first", text)
	}
	if json.Valid([]byte(text)) && text == strings.TrimSpace(text) && text[0] != '[' && text[0] != '{' {
		return json.RawMessage(text), nil
	}
	return json.Marshal(text)
}

func readStatement(in io.Reader, arg string) (string, error) {
	if arg != "-" {
		if strings.TrimSpace(arg) == "" {
			return "", usageError{errors.New("the statement is empty; write it as one argument: " + sqlUsage)}
		}
		return arg, nil
	}
	text, err := io.ReadAll(in)
	if err == nil && len(bytes.TrimSpace(text)) == 0 {
		err = usageError{errors.New("standard input holds no statement; write it there, or as one argument: " + sqlUsage)}
	}
	return string(text), err
}

func runSQL(cmd *cobra.Command, client query.Client, req query.Request, format string) error {
	switch format {
	case "", "table":
		return sqlTable(cmd.Context(), client, req, cmd.OutOrStdout(), cmd.ErrOrStderr())
	case "json", "ndjson", "csv", "arrow":
		req.Format = query.Format(format)
	default:
		return usageError{fmt.Errorf("--format %s is none of table, json, ndjson, csv, arrow", format)}
	}
	stream, err := client.Stream(cmd.Context(), req)
	if err != nil {
		return err
	}
	defer stream.Close()
	if _, err := io.Copy(cmd.OutOrStdout(), stream); err != nil {
		return fmt.Errorf("the result is not whole: %w", err)
	}
	return nil
}

func sqlTable(ctx context.Context, client query.Client, req query.Request, out, notes io.Writer) error {
	answer, err := client.Run(ctx, req)
	if err != nil {
		return err
	}
	WriteAnswer(out, answer)
	plural := "s"
	if answer.RowCount == 1 {
		plural = ""
	}
	fmt.Fprintf(notes, "%d row%s, %d ms\n", answer.RowCount, plural, answer.ElapsedMS)
	if answer.Truncated {
		fmt.Fprintln(notes, "There are more rows; use --limit, or --format csv for all of them.")
	}
	return nil
}

// WriteAnswer draws a result as a table, a plan as it is.
func WriteAnswer(w io.Writer, answer query.Answer) {
	if len(answer.Columns) == 2 && answer.Columns[0].Name == "explain_key" && answer.Columns[1].Name == "explain_value" {
		for _, row := range answer.Rows {
			fmt.Fprintln(w, strings.TrimSuffix(printable(cell(row[1]), "\n"), "\n"))
		}
		return
	}
	header := make([]string, len(answer.Columns))
	right := make([]bool, len(answer.Columns))
	for i, c := range answer.Columns {
		header[i], right[i] = c.Name, numeric(c.Type)
	}
	rows := make([][]string, len(answer.Rows))
	for i, row := range answer.Rows {
		for _, raw := range row {
			rows[i] = append(rows[i], cell(raw))
		}
	}
	WriteTable(w, header, rows, right)
}
