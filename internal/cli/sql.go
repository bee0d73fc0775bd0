package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// sqlUsage is how a statement is written on a command line.
const sqlUsage = "lakehouse sql 'SELECT ...'"

func newSQL(g *Globals) *cobra.Command {
	var format string
	var limit int64
	var params, versions []string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "sql [STATEMENT]",
		Short: "Ask one SELECT, or many at a prompt; - reads the statement from standard input",
		Long: "Ask one SELECT. Without a statement, on a terminal, it is a prompt (\\? shows what that can do);\n" +
			"without a terminal the statements of standard input are run, up to the first error.",
		Example: "  lakehouse sql 'SELECT state, count(*) AS n FROM placements GROUP BY 1 ORDER BY 2 DESC'\n" +
			"  lakehouse sql 'SELECT * FROM placements WHERE state = ? AND bill_rate > ? AND zip = ?' --param TX --param 30 --param '\"75001\"'\n" +
			"  lakehouse sql                 # a prompt\n" +
			"  lakehouse sql < report.sql",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("the statement is one argument, in quotes: %s; %d were given", sqlUsage, len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if format == "" && g.JSON {
				format = "json"
			}
			if len(args) == 0 {
				if len(versions) > 0 || noCache {
					return usageError{errors.New("--as-of and --no-cache go with a statement on the command line: " + sqlUsage)}
				}
				return sqlSession(cmd, g, format, limit, params)
			}
			statement, err := readStatement(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			gateway, err := g.client()
			if err != nil {
				return err
			}
			req := query.Request{SQL: statement}
			for _, text := range params {
				value, err := paramValue(text)
				if err != nil {
					return usageError{err}
				}
				req.Params = append(req.Params, value)
			}
			req.NoCache = noCache
			if req.AsOf, err = asOf(versions); err != nil {
				return usageError{err}
			}
			if cmd.Flags().Changed("limit") {
				req.Limit = &limit
			}
			err = runSQL(cmd, query.Client{Client: gateway}, req, format)
			showPosition(cmd.ErrOrStderr(), statement, err)
			return viewWords(sqlWords(err, params))
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "table (default), vertical, json, ndjson, csv, arrow or parquet")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(append(sessionFormats(), "arrow", "parquet"), cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().Int64Var(&limit, "limit", 0, "at most this many rows")
	cmd.Flags().BoolVar(&noCache, "no-cache", false, "have the answer made anew")
	cmd.Flags().StringArrayVar(&versions, "as-of", nil, "an RFC 3339 `TIME` for every table, or NAME=VERSION for one; VERSION is a number, a tag or a time")
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
	case "", formatTable, formatVertical:
		s := session{query: client, limit: req.Limit, out: cmd.OutOrStdout(), format: cmp.Or(format, formatTable)}
		note, err := s.show(cmd.Context(), req)
		if err == nil {
			fmt.Fprintln(cmd.ErrOrStderr(), note)
		}
		return err
	case "json", "ndjson", "csv", "arrow", "parquet":
		req.Format = query.Format(format)
		return copyResult(cmd.Context(), client, req, cmd.OutOrStdout())
	}
	return usageError{fmt.Errorf("--format %s is none of table, vertical, json, ndjson, csv, arrow, parquet", format)}
}

// sqlSession runs the prompt, or the statements of standard input.
func sqlSession(cmd *cobra.Command, g *Globals, format string, limit int64, params []string) error {
	s := &session{out: cmd.OutOrStdout(), notes: cmd.ErrOrStderr(), format: cmp.Or(format, formatTable), before: formatTable}
	switch {
	case len(params) > 0:
		return usageError{errors.New("--param goes with a statement on the command line: " + sqlUsage)}
	case !slices.Contains(sessionFormats(), s.format):
		return usageError{fmt.Errorf("--format %s is none of %s, which many statements can be answered in", format, strings.Join(sessionFormats(), ", "))}
	case cmd.Flags().Changed("limit"):
		s.limit = &limit
	}
	gateway, err := g.client()
	if err != nil {
		return err
	}
	s.query, s.catalog = query.Client{Client: gateway}, catalog.Client{Client: gateway}
	if s.term = newTerminal(cmd.InOrStdin(), cmd.OutOrStdout()); s.term != nil {
		return s.prompt(cmd.Context(), gateway.Base)
	}
	text := bufio.NewReader(cmd.InOrStdin())
	if _, err := text.Peek(1); err == io.EOF {
		return usageError{errors.New("standard input holds no statement; write it there, or as one argument: " + sqlUsage)}
	}
	if err := s.run(cmd.Context(), text); !errors.Is(err, errQuit) {
		return errors.Join(err, s.close())
	}
	return s.close()
}
