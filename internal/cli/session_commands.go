package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// The formats of a session; table and vertical are drawn here, the others come
// from the engine as they are.
const (
	formatTable    = "table"
	formatVertical = "vertical"
)

func sessionFormats() []string { return []string{formatTable, formatVertical, "csv", "json", "ndjson"} }

// maxIncludes is how deep files may name files with \i.
const maxIncludes = 16

// command is one backslash command.
type command struct {
	name, args, help string
	run              func(s *session, ctx context.Context, arg string) error
}

// commands lists them as \? does.
func commands() []command {
	return []command{
		{`\d`, "[NAME]", "list the tables and views, or the columns of one", (*session).describe},
		{`\format`, "[" + strings.Join(sessionFormats(), "|") + "]", "how results are written", (*session).setFormat},
		{`\x`, "", "rows as blocks, a line for each column, and back", (*session).toggleVertical},
		{`\timing`, "[on|off]", "say how long a statement took, with its way", toggle(func(s *session) *bool { return &s.timing })},
		{`\pager`, "[on|off]", "show what is larger than the screen with $PAGER, or less -S", toggle(func(s *session) *bool {
			if s.term == nil {
				return new(bool) // nobody would turn its pages
			}
			return &s.term.paged
		})},
		{`\o`, "[FILE]", "write results to a file, or to the screen again", (*session).redirect},
		{`\i`, "FILE", "run the statements of a file, up to the first error", (*session).include},
		{`\?`, "", "show these commands", (*session).help},
		{`\q`, "", "end; so does Ctrl-D", func(*session, context.Context, string) error { return errQuit }},
	}
}

// command runs one line that begins with a backslash.
func (s *session) command(ctx context.Context, line string) error {
	name, arg, _ := strings.Cut(line, " ")
	arg = strings.TrimSuffix(strings.TrimSpace(arg), ";")
	name = strings.TrimSuffix(name, ";")
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		if c.args == "" && arg != "" {
			return fmt.Errorf("%s takes nothing after it", name)
		}
		return c.run(s, ctx, arg)
	}
	return fmt.Errorf(`there is no command %s; \? shows those that are`, printable(name, ""))
}

// asksForHelp tells a typed line that would be no SQL anyway.
func asksForHelp(text string) bool {
	return strings.EqualFold(strings.TrimRight(strings.TrimSpace(text), "; "), "help")
}

func (s *session) help(context.Context, string) error {
	for _, c := range commands() {
		fmt.Fprintf(s.out, "  %-46s %s\n", strings.TrimSpace(c.name+" "+c.args), c.help)
	}
	fmt.Fprintln(s.out, "\nA statement ends with a semicolon and may have many lines. Ctrl-C gives up what is\ntyped, or the statement that runs. Tab completes tables, columns and words of SQL.")
	return nil
}

func (s *session) setFormat(_ context.Context, arg string) error {
	if arg == "" {
		fmt.Fprintln(s.notes, "format", s.format)
		return nil
	}
	if !slices.Contains(sessionFormats(), arg) {
		return fmt.Errorf("format %s is none of %s", arg, strings.Join(sessionFormats(), ", "))
	}
	s.format = arg
	return nil
}

func (s *session) toggleVertical(context.Context, string) error {
	if s.format == formatVertical {
		s.format = s.before
	} else {
		s.before, s.format = s.format, formatVertical
	}
	fmt.Fprintln(s.notes, "format", s.format)
	return nil
}

func toggle(flag func(*session) *bool) func(*session, context.Context, string) error {
	return func(s *session, _ context.Context, arg string) error {
		on := flag(s)
		switch arg {
		case "":
			*on = !*on
		case "on", "off":
			*on = arg == "on"
		default:
			return fmt.Errorf("%q is neither on nor off", arg)
		}
		fmt.Fprintln(s.notes, map[bool]string{true: "on", false: "off"}[*on])
		return nil
	}
}

func (s *session) redirect(_ context.Context, path string) error {
	if err := s.close(); err != nil || path == "" {
		return err
	}
	file, err := os.Create(path)
	s.file = file
	return err
}

func (s *session) include(ctx context.Context, path string) error {
	if path == "" {
		return errors.New(`\i needs the name of a file`)
	}
	if s.depth == maxIncludes {
		return fmt.Errorf("%s is included %d files deep; does a file include itself?", path, maxIncludes)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	s.depth++
	defer func() { s.depth-- }()
	if err := s.run(ctx, file); err != nil && !errors.Is(err, errQuit) {
		return inFront(path, err)
	}
	return nil
}

// describe lists the tables, or the columns of one.
func (s *session) describe(ctx context.Context, name string) error {
	ctx, stop := s.term.interruptible(ctx)
	defer stop()
	out := s.results()
	err := s.describeTo(ctx, out, name)
	if errors.Is(context.Cause(ctx), errCancelled) {
		err = errCancelled
	}
	return errors.Join(viewWords(err), out.Close())
}

func (s *session) describeTo(ctx context.Context, out io.Writer, name string) error {
	if name == "" {
		return s.listTables(ctx, out)
	}
	answer, err := s.query.Run(ctx, query.Request{SQL: "DESCRIBE " + quoteName(name)})
	if err != nil {
		return err
	}
	rows := make([][]string, len(answer.Rows))
	for i, row := range answer.Rows {
		rows[i] = []string{cell(row[0]), cell(row[1])}
	}
	WriteTable(out, []string{"column", "type"}, rows, make([]bool, 2))
	return nil
}

// listTables lists what a statement can name: the datasets, with what the catalog
// knows of them, and the views.
func (s *session) listTables(ctx context.Context, out io.Writer) error {
	known := map[string]catalog.Dataset{}
	for d, err := range s.catalog.EachDataset(ctx, 0) {
		if err != nil {
			return err
		}
		known[catalog.Name{Namespace: d.Namespace, Name: d.Name}.String()] = d
	}
	names, err := tableNames(ctx, s.query)
	if err != nil {
		return err
	}
	version := map[string]string{}
	for v, err := range s.catalog.EachView(ctx, 0) {
		if err != nil {
			return err
		}
		version[called(v.Namespace, v.Name)] = strconv.FormatInt(v.Version, 10)
	}
	var rows [][]string
	for _, name := range names {
		d, ok := known[name]
		if !ok {
			rows = append(rows, []string{name, "view", version[name], "", ""})
			continue
		}
		rows = append(rows, []string{name, "table", strconv.FormatInt(d.Version, 10), strconv.FormatInt(d.Rows, 10), bytesText(d.Bytes)})
	}
	WriteTable(out, []string{"name", "kind", "version", "rows", "size"}, rows, []bool{false, false, true, true, true})
	return nil
}

// tableNames gives all that a statement can name after FROM.
func tableNames(ctx context.Context, client query.Client) ([]string, error) {
	limit := int64(query.MaxLimit)
	answer, err := client.Run(ctx, query.Request{SQL: "SHOW TABLES", Limit: &limit})
	if err != nil {
		return nil, err
	}
	names := make([]string, len(answer.Rows))
	for i, row := range answer.Rows {
		names[i] = cell(row[0])
	}
	return names, nil
}

// quoteName makes SQL of a table's name, with its namespace where it has one, as a
// person writes it: quotes that are there already stay.
func quoteName(name string) string {
	if strings.Contains(name, `"`) {
		return name
	}
	return `"` + strings.ReplaceAll(name, ".", `"."`) + `"`
}
