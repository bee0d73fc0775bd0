package cli

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newStatus(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show which daemons answer",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.client()
			if err != nil {
				return err
			}
			var health service.FleetHealth
			if err := client.JSON(cmd.Context(), http.MethodGet, "/health", nil, nil, &health); err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), health)
			}
			rows := [][]string{edgeRow(cmd.Context(), client)}
			for _, name := range slices.Sorted(maps.Keys(health.Services)) {
				s := health.Services[name]
				rows = append(rows, []string{name, s.Status, strconv.FormatFloat(s.LatencyMS, 'f', 1, 64), s.Version, strings.Join(s.Reasons, "; ")})
			}
			WriteTable(cmd.OutOrStdout(), []string{"daemon", "status", "ms", "version", "reasons"}, rows, []bool{false, false, true, false, false})
			if health.Status != service.StatusOK {
				return fmt.Errorf("the fleet is %s; look at the log of the daemons above that are not ok", health.Status)
			}
			return nil
		},
	}
}

// edgeRow is the row of the gateway, which tells of the other daemons and has
// answered. Where a proxy passes nothing but /v1, its version is not learned.
func edgeRow(ctx context.Context, client wire.Client) []string {
	client.Base = strings.TrimSuffix(client.Base, "/v1")
	var own service.Health
	began := time.Now()
	if err := client.JSON(ctx, http.MethodGet, "/health", nil, nil, &own); err != nil {
		return []string{"gateway", service.StatusOK, "", "", ""}
	}
	took := float64(time.Since(began).Microseconds()) / 1000
	return []string{"gateway", service.StatusOK, strconv.FormatFloat(took, 'f', 1, 64), own.Version, ""}
}

func newDatasets(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "datasets",
		Short: "List the datasets and their current versions",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			gateway, err := g.client()
			if err != nil {
				return err
			}
			datasets, err := wire.Gather((&catalog.Client{Client: gateway}).EachDataset(cmd.Context(), 0))
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), datasets)
			}
			var rows [][]string
			for _, d := range datasets {
				name := catalog.Name{Namespace: d.Namespace, Name: d.Name}
				rows = append(rows, []string{name.String(), strconv.FormatInt(d.Version, 10), strconv.FormatInt(d.Rows, 10),
					bytesText(d.Bytes), strconv.FormatInt(d.Files, 10), d.UpdatedAt.Local().Format(time.DateTime)})
			}
			WriteTable(cmd.OutOrStdout(), []string{"dataset", "version", "rows", "size", "files", "updated"}, rows,
				[]bool{false, true, true, true, true, false})
			return nil
		},
	}
}

func newVersion(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), map[string]string{"version": service.Version()})
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "lakehouse", service.Version())
			return err
		},
	}
}
