package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexSet(g *Globals) *cobra.Command {
	var filter, set string
	var remove []string
	var yes bool
	cmd := &cobra.Command{
		Use:   "set NAME ID... | --filter JSON",
		Short: "Set and remove fields of the metadata of items",
		Long: "Set and remove fields of the metadata of items: those with these ids, or all that a filter matches.\n" +
			"With a filter it says how many there are, and asks. A text that a vector was made of is no field to set:\n" +
			"load the item again.",
		Example: "  lakehouse index set resumes c-1 c-7 --metadata '{\"city\": \"Austin\"}' --remove agency\n" +
			"  lakehouse index set resumes --filter '{\"city\": \"Austin\"}' --metadata '{\"state\": \"TX\"}'",
		Args:              itemsMeant(&filter),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			change := vector.Update{Remove: remove}
			if change.Select, err = selectOf(args[1:], filter); err != nil {
				return usageError{err}
			}
			if set != "" && (json.Unmarshal([]byte(set), &change.Set) != nil || change.Set == nil) {
				return usageError{fmt.Errorf(`--metadata %.60q is no JSON object; write it as '{"city": "Austin"}'`, set)}
			}
			if len(change.Set) == 0 && len(remove) == 0 {
				return usageError{errors.New(`say what to change: --metadata '{"city": "Austin"}', or --remove FIELD`)}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			var updated vector.Updated
			if err = confirmMatching(cmd, client, args[0], change.Filter, yes, "This would change the metadata of %s of the index %s."); err == nil {
				updated, err = client.Update(cmd.Context(), args[0], change)
			}
			switch {
			case err != nil:
				return with(ofIndexes(args[0]), err)
			case g.JSON:
				return printJSON(cmd.OutOrStdout(), updated)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s changed%s\n", args[0], counted(updated.Updated, "item"), missingWords(change.IDs, updated.Updated))
			return err
		},
	}
	filterFlag(cmd, &filter)
	yesFlag(cmd, &yes)
	cmd.Flags().StringVar(&set, "metadata", "", "`JSON` with fields and their new values, as '{\"city\": \"Austin\"}'; null removes one")
	cmd.Flags().StringArrayVar(&remove, "remove", nil, "`FIELD` that goes; may be given again")
	return cmd
}
