package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func newMCP(g *Globals) *cobra.Command {
	cmd := &cobra.Command{Use: "mcp", Short: "Show the lakehouse to models, by the Model Context Protocol"}
	var client string
	config := &cobra.Command{
		Use:   "config",
		Short: "Print what makes Claude Desktop or Claude Code start mcpd",
		Long: "Print what makes Claude Desktop or Claude Code start mcpd before this gateway: for desktop what goes into\n" +
			"claude_desktop_config.json, for code a command. The token is never printed: it is to be filled in.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case client != "desktop" && client != "code":
				return usageError{fmt.Errorf("--client is desktop or code, not %.60q", client)}
			case client == "code" && g.JSON:
				return usageError{errors.New("--json goes with --client desktop; what is printed for code is a command")}
			}
			gateway, err := g.client()
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			s := mcpServer{gateway: strings.TrimSuffix(gateway.Base, "/v1")}
			s.authFile, s.withToken = tokenInUse(os.Getenv)
			if s.program, err = beside(self, "mcpd"); err != nil {
				return err
			}
			if client == "code" {
				return s.code(cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return s.desktop(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	config.Flags().StringVar(&client, "client", "desktop", "`CLIENT` that starts mcpd: desktop or code")
	cmd.AddCommand(config)
	return cmd
}

// beside gives the absolute path of a program in the folder of another.
func beside(other, name string) (string, error) {
	real, err := filepath.EvalSymlinks(other)
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(real), name)
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", fmt.Errorf("there is no %s beside %s: build it with scripts/build.sh, or put it into %s", name, real, filepath.Dir(real))
	}
	return path, nil
}

// tokenInUse tells whether the fleet of this configuration and environment asks for a token, as
// far as can be seen without one, and in which file that is.
func tokenInUse(getenv func(string) string) (authFile string, inUse bool) {
	fleet, _, _, err := service.ConfiguredFleet()
	if err != nil { // of a gateway that is named it says nothing
		fleet = service.DefaultFleet()
	}
	for _, name := range []string{"AUTH_TOKEN", "AUTH_TOKEN_READ"} {
		inUse = inUse || getenv(name) != ""
	}
	if fleet.AuthFile == "" {
		return "", inUse
	}
	if authFile, err = filepath.Abs(fleet.AuthFile); err != nil {
		return fleet.AuthFile, true
	}
	_, err = os.Stat(authFile)
	return authFile, inUse || !errors.Is(err, fs.ErrNotExist)
}

// fillIn stands where a person writes the token.
const fillIn = "FILL-IN-THE-TOKEN"

// mcpServer is how a client starts mcpd.
type mcpServer struct {
	program, gateway string
	withToken        bool
	authFile         string // that the token is in, "" for none
}

// desktop writes the entry of a file of which it is a part.
func (s mcpServer) desktop(out, notes io.Writer) error {
	type entry struct {
		Command string            `json:"command"`
		Args    []string          `json:"args"`
		Env     map[string]string `json:"env,omitempty"`
	}
	e := entry{Command: s.program, Args: []string{"--gateway", s.gateway}}
	if s.withToken {
		e.Env = map[string]string{"AUTH_TOKEN": fillIn}
	}
	if err := printJSON(out, map[string]any{"mcpServers": map[string]entry{"lakehouse": e}}); err != nil {
		return err
	}
	fmt.Fprintln(notes, "this goes into claude_desktop_config.json (macOS: ~/Library/Application Support/Claude, Windows: %APPDATA%\\Claude, Linux: ~/.config/Claude); then start Claude Desktop anew")
	s.aboutToken(notes)
	return nil
}

// code writes the command that adds it. Options of claude stand before the name.
func (s mcpServer) code(out, notes io.Writer) error {
	env := ""
	if s.withToken {
		env = "--env AUTH_TOKEN=" + fillIn + " "
	}
	_, err := fmt.Fprintf(out, "claude mcp add --transport stdio %slakehouse -- %s --gateway %s\n", env, shellWord(s.program), shellWord(s.gateway))
	s.aboutToken(notes)
	return err
}

func (s mcpServer) aboutToken(notes io.Writer) {
	if s.withToken {
		where := "the fleet's configuration"
		if s.authFile != "" {
			where = s.authFile
		}
		fmt.Fprintf(notes, "put the token in place of %s: AUTH_TOKEN_READ of %s is enough, for mcpd only reads\n", fillIn, where)
	}
}

// shellWord quotes a word for a shell where it needs that.
func shellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:@%+=,"
	if strings.Trim(word, plain) == "" {
		return cmp.Or(word, "''")
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
