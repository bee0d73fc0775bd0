package fleet_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// crashView is the one view of a client: the numbers that its versions select.
type crashView struct {
	numbers []int
	dropped bool
}

const crashViewEnd = "_view"

func (c *crashClient) viewName() string { return fmt.Sprintf("c%d%s", c.number, crashViewEnd) }

func crashViewSQL(number int) string { return fmt.Sprintf("SELECT %d::BIGINT AS n", number) }

// viewPicture is what is to be seen of the view.
func (w *world) viewPicture() (p picture) {
	v := w.view
	switch {
	case len(v.numbers) == 0:
	case v.dropped:
		p.dropped = []string{""}
	default:
		for i, number := range v.numbers {
			p.versions = append(p.versions, viewLine(int64(i+1), crashViewSQL(number)))
		}
		p.rows = []string{fmt.Sprint(v.numbers[len(v.numbers)-1])}
	}
	return p
}

func viewLine(version int64, sql string) string { return fmt.Sprintf("%d: %s", version, sql) }

// lookAtView sees all that can be seen of a view, however long it takes to be told.
func (c *crashClient) lookAtView(name string) (p picture) {
	ctx, cancel := c.context()
	defer cancel()
	c.must("versions of "+name, catalog.ErrViewNotFound, func() error {
		list, err := c.catalog.ViewVersions(ctx, name, "", 1000)
		p.versions = nil
		for _, v := range slices.Backward(list.Versions) {
			p.versions = append(p.versions, viewLine(v.Version, v.SQL))
		}
		return err
	})
	c.must("dropped views", nil, func() error {
		page, err := c.catalog.DroppedViews(ctx, "", 1000)
		p.dropped = nil
		for _, d := range page.Views {
			if d.Name == name {
				p.dropped = append(p.dropped, d.ViewID)
			}
		}
		return err
	})
	c.must("rows of "+name, query.ErrTableNotFound, func() (err error) {
		p.rows, err = c.askFor(query.Request{SQL: "FROM " + name, NoCache: true})
		return err
	})
	return p
}

// views makes a view, replaces it, drops it or brings it back.
func (c *crashClient) views() (operation, bool) {
	name, number := c.viewName(), c.serial
	change := func(kind string, apply func(*crashView), do func(ctx context.Context, key string) error) operation {
		o := c.change(kind, name, func(w *world) { apply(&w.view) }, do)
		o.table = "" // its rows are not a table's
		return o
	}
	switch v := c.world.view; {
	case v.dropped:
		return change("restore view", func(v *crashView) { v.dropped = false }, func(ctx context.Context, key string) error {
			answer, err := c.catalog.RestoreView(ctx, name, "", key)
			if err == nil && answer.Version != int64(len(v.numbers)) {
				err = wrong("version %d, want %d", answer.Version, len(v.numbers))
			}
			return err
		}), true
	case len(v.numbers) > 0 && c.dice.IntN(3) == 0:
		return change("drop view", func(v *crashView) { v.dropped = true }, func(ctx context.Context, key string) error {
			_, err := c.catalog.DropView(ctx, name, key)
			return err
		}), true
	}
	o := change("view", func(v *crashView) { v.numbers = append(slices.Clone(v.numbers), number) }, func(ctx context.Context, key string) error {
		want := int64(len(c.world.view.numbers) + 1)
		answer, _, err := c.catalog.CreateView(ctx, catalog.NewView{Name: name, SQL: crashViewSQL(number), Mode: catalog.Replace}, key)
		if err == nil && (answer.Version != want || len(answer.Columns) != 1) {
			err = wrong("version %d, want %d", answer.Version, want)
		}
		return err
	})
	o.again = true // the same statement again makes no version
	return o, true
}

func isCrashView(name string) bool { return strings.HasSuffix(name, crashViewEnd) }
