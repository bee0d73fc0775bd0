package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// readers names the views that read what one of the names has, themselves or through
// other views: those that are broken without it.
func readers(ctx context.Context, client *catalog.Client, names ...string) ([]string, error) {
	views, err := wire.Gather(client.EachView(ctx, 0))
	if err != nil {
		return nil, err
	}
	read := map[string]bool{}
	for _, name := range names {
		read[name] = true
	}
	var found []string
	for grown := true; grown; {
		grown = false
		for _, v := range views {
			name := called(v.Namespace, v.Name)
			if !read[name] && slices.ContainsFunc(v.Reads, func(s catalog.Source) bool { return read[s.Name] }) {
				read[name], grown = true, true
				found = append(found, name)
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// shownReaders is how many views a sentence names.
const shownReaders = 10

// brokenWords says in a sentence which views cannot be read without what they read,
// with a space before it; nothing where there are none.
func brokenWords(would string, views []string) string {
	if len(views) == 0 {
		return ""
	}
	more := ""
	if n := len(views) - shownReaders; n > 0 {
		views, more = views[:shownReaders], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf(" Views that read it, and %s: %s%s.", would, strings.Join(views, ", "), more)
}

// counted words a number of things.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// wasView tells that a dropped view has the name.
func wasView(ctx context.Context, client *catalog.Client, name string) (bool, error) {
	for v, err := range client.EachDroppedView(ctx, 0) {
		if err != nil || sameName(v.Namespace, v.Name, name) {
			return err == nil, err
		}
	}
	return false, nil
}

// wasDataset tells that a dropped dataset has the name.
func wasDataset(ctx context.Context, client *catalog.Client, name string) (bool, error) {
	for d, err := range client.EachDropped(ctx, 0) {
		if err != nil || sameName(d.Namespace, d.Name, name) {
			return err == nil, err
		}
	}
	return false, nil
}

// sameName tells that what was typed is a name, bare or with its namespace.
func sameName(namespace, name, typed string) bool {
	n, err := catalog.ParseName(typed)
	return err == nil && n == catalog.Name{Namespace: namespace, Name: name}
}

// canonical is a name that was typed as listings have it.
func canonical(typed string) string {
	n, err := catalog.ParseName(typed)
	if err != nil {
		return typed // the catalog refuses it
	}
	return n.String()
}
