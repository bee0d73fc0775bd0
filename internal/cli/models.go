package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

func newModels(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "models",
		Short: "List the models that make vectors of texts, and whether they can",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			gateway, err := g.client()
			if err != nil {
				return err
			}
			client := embedding.Client{Client: gateway}
			list, err := client.Models(cmd.Context())
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), list.Models)
			}
			var rows [][]string
			for _, m := range list.Models {
				rows = append(rows, modelRow(m))
			}
			WriteTable(cmd.OutOrStdout(), []string{"model", "default", "provider", "dimension", "tokens", "state", "revision"}, rows,
				[]bool{false, false, false, true, true, false, false})
			for _, m := range list.Models {
				if !m.Ready {
					fmt.Fprintf(cmd.ErrOrStderr(), "%s is not ready: %s\n", printable(m.Name, ""), printable(m.Reason, ""))
				}
			}
			return nil
		},
	}
}

// modelRow leaves out what is not known yet, or the provider's affair.
func modelRow(m embedding.Model) []string {
	row := []string{m.Name, "", m.Provider, "", "", "not ready", shortened(m.Revision)}
	if m.Default {
		row[1] = "yes"
	}
	if m.Dimension > 0 {
		row[3] = strconv.Itoa(m.Dimension)
	}
	if m.MaxTokens > 0 {
		row[4] = strconv.Itoa(m.MaxTokens)
	}
	if m.Ready {
		row[5] = "ready"
	}
	return row
}

// completeModel completes the name of a model of embedd.
func (g *Globals) completeModel(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	gateway, err := g.client()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	client := embedding.Client{Client: gateway}
	list, _ := client.Models(ctx) // with what is known
	var names []string
	for _, m := range list.Models {
		if strings.HasPrefix(m.Name, typed) {
			names = append(names, m.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
