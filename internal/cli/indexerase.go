package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// erasure is what an erasure would take.
type erasure struct {
	index     string
	said      string // which items
	items     int
	inMemory  bool
	snapshots []string
}

// eraseItems asks, and erases with all snapshots that were named then. What is not there
// costs no snapshot unasked: it may be a mistake of who typed it.
func eraseItems(cmd *cobra.Command, g *Globals, client *vector.Client, index string, which vector.Erase, yes, absent bool) error {
	what, err := erasureOf(cmd.Context(), client, index, which.Select)
	if err == nil {
		err = confirm(cmd, yes, what.words())
	}
	if err == nil && yes && !absent && what.items == 0 && len(what.snapshots) > 0 {
		err = usageError{errors.New("nothing was done, for no such item is there, and the snapshots would be gone; see whether it is typed right, or say --absent too if what was deleted before is to leave storage")}
	}
	var erased vector.Erased
	if err == nil {
		which.Snapshots = what.snapshots
		erased, err = client.Erase(cmd.Context(), index, which)
	}
	if err != nil {
		return with(ofIndexes(index, remedy{vector.ErrEraseUnconfirmed, "the same again, which names them"},
			remedy{vector.ErrLoadRunning, "lakehouse index load " + index + " --status, or --cancel"}), err)
	}
	if g.JSON {
		return printJSON(cmd.OutOrStdout(), erased)
	}
	also := ""
	if len(erased.Snapshots) > 0 {
		also = ", and the snapshots " + strings.Join(erased.Snapshots, ", ")
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s erased; with them went %s and %s of storage, %s%s\n", index, counted(erased.Erased, "item"),
		counted(erased.LogObjects, "log object"), counted(erased.Generations, "generation"), bytesText(erased.Bytes), also)
	return err
}

func erasureOf(ctx context.Context, client *vector.Client, index string, which vector.Select) (what erasure, err error) {
	x, err := client.Get(ctx, index, 0)
	if err != nil {
		return what, err
	}
	what = erasure{index: x.Name, inMemory: x.Persist != nil && !*x.Persist}
	missing := ""
	if which.Filter == nil {
		what.items, missing, err = present(ctx, client, x.Name, which.IDs)
	} else {
		what.items, missing, err = matching(ctx, client, x.Name, which.Filter)
	}
	if err != nil {
		return what, err
	}
	what.said = fmt.Sprintf("%s of %d%s", counted(what.items, "item"), x.Count, missing)
	if what.inMemory {
		return what, nil
	}
	snapshots, err := client.Snapshots(ctx, x.Name)
	for _, s := range snapshots {
		what.snapshots = append(what.snapshots, s.Name)
	}
	return what, err
}

// matching counts what a filter matches. A field that no item has matches nothing, which is
// said: an erasure by it may be one that is made again.
func matching(ctx context.Context, client *vector.Client, index string, filter vector.Filter) (items int, missing string, err error) {
	items, err = client.Count(ctx, index, filter)
	var p *wire.Problem
	if errors.As(err, &p) && p.Is(vector.ErrBadFilter) && p.Fields["field"] != nil {
		return 0, " (" + p.Detail + ")", nil
	}
	return items, "", err
}

// present counts the items with these ids that are there, and names one that is not.
func present(ctx context.Context, client *vector.Client, index string, ids []string) (items int, missing string, err error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	first, absent := "", 0
	for _, id := range ids {
		switch _, err := client.Item(ctx, index, id); {
		case errors.Is(err, vector.ErrItemNotFound):
			if absent++; absent == 1 {
				first = id
			}
		case err != nil:
			return 0, "", err
		}
	}
	switch {
	case absent == 1:
		missing = fmt.Sprintf(" (%.128q is not there)", first)
	case absent > 1:
		missing = fmt.Sprintf(" (%.128q and %d more are not there)", first, absent-1)
	}
	return len(ids) - absent, missing, nil
}

// words say what would go.
func (e erasure) words() string {
	said := fmt.Sprintf("This would erase %s from the index %s, for good. ", e.said, e.index)
	switch {
	case e.inMemory:
		return said + "It is in memory alone."
	case len(e.snapshots) == 0:
		return said + "It has no snapshot."
	}
	return said + "Its snapshots go with it, whatever they hold: " + strings.Join(e.snapshots, ", ") + "."
}
