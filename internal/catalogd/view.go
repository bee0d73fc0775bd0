package catalogd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/apache/iceberg-go/view"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// viewState is what a pointer says of a view beside its row and its columns: the
// current version, so that who reads it needs nothing else from storage.
type viewState struct {
	SQL   string           `json:"sql"`
	Reads []catalog.Source `json:"reads"`
}

// viewOf gives the current version of the view that a pointer tells of.
func viewOf(p *pointer) catalog.View {
	d := p.Dataset
	return catalog.View{
		Name: d.Name, Namespace: d.Namespace, ViewID: d.DatasetID, Version: d.Version, SQL: p.View.SQL, Columns: p.Columns, Reads: p.View.Reads,
		Description: d.Description, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, MetadataKey: p.MetadataKey,
	}
}

// lookupView gives the view of a name that a reader asks for.
func (e *engine) lookupView(ctx context.Context, text string) (*head, error) {
	n, h, err := e.named(ctx, text)
	switch {
	case err != nil:
		return nil, err
	case !h.live():
		return nil, e.viewAbsent(n, h)
	}
	return h, h.suits(aView)
}

// view gives a version of a view.
func (e *engine) view(ctx context.Context, name string, at catalog.At) (catalog.View, error) {
	h, err := e.lookupView(ctx, name)
	if err != nil {
		return catalog.View{}, err
	}
	return e.viewAt(ctx, h, at)
}

func (e *engine) viewAt(ctx context.Context, h *head, at catalog.At) (catalog.View, error) {
	current := viewOf(h.pointer)
	switch {
	case at == (catalog.At{}), at.Version == current.Version, !at.AsOf.IsZero() && !at.AsOf.Before(current.UpdatedAt):
		return current, nil
	case at.Tag != "":
		return current, catalog.ErrTagNotFound.Errorf("%s is a view, and views have no tags; name a version by its number or a time", h.name()).With("tags", []string{})
	}
	meta, err := e.store.viewMetadata(ctx, h.pointer)
	if err != nil {
		return current, err
	}
	v, err := findView(h, meta, at)
	if err != nil {
		return current, err
	}
	return rewindView(current, meta, v)
}

// findView finds a version that is still kept, by its number or a time.
func findView(h *head, meta view.Metadata, at catalog.At) (*view.Version, error) {
	history := viewHistory(meta)
	oldest := history[0]
	if at.Version > 0 {
		for _, v := range history {
			if v.VersionID == at.Version {
				return v, nil
			}
		}
		return nil, catalog.ErrVersionNotFound.Errorf("of the view %s the versions %d to %d are kept, not %d", h.name(), oldest.VersionID, h.Dataset.Version, at.Version).
			With("oldest", oldest.VersionID).With("newest", h.Dataset.Version)
	}
	for _, v := range slices.Backward(history) {
		if !at.AsOf.Before(viewTime(v)) {
			return v, nil
		}
	}
	p := catalog.ErrVersionNotFound.Errorf("the view %s did not exist at %s; its first version is of %s", h.name(), stamp(at.AsOf), stamp(viewTime(oldest)))
	if oldest.VersionID > 1 {
		p = catalog.ErrVersionNotFound.Errorf("the version of the view %s that was current at %s is kept no longer; the oldest that is kept is %d, of %s",
			h.name(), stamp(at.AsOf), oldest.VersionID, stamp(viewTime(oldest)))
	}
	return nil, p.With("oldest", oldest.VersionID).With("oldest_at", viewTime(oldest))
}

// viewVersions gives one page of a view's history, newest first.
func (e *engine) viewVersions(ctx context.Context, from inHistory, limit int) (page catalog.ViewVersions, err error) {
	h, err := e.lookupView(ctx, from.name)
	if err != nil {
		return page, err
	}
	meta, err := e.store.viewMetadata(ctx, h.pointer)
	if err != nil {
		return page, err
	}
	number := func(v *view.Version) int64 { return v.VersionID }
	page.Versions, page.NextCursor, err = newestFirst(viewHistory(meta), number, from.before, limit, func(v *view.Version) (catalog.ViewVersion, error) {
		sql, err := statementOf(v)
		return catalog.ViewVersion{Version: v.VersionID, SQL: sql, CreatedAt: viewTime(v)}, err
	})
	return page, err
}

// views gives one page of views, those whose names follow after.
func (e *engine) views(ctx context.Context, after catalog.Name, limit int) (page catalog.Views, err error) {
	page.Views, page.NextCursor, err = listed(ctx, e, true, after, limit, func(p *pointer) catalog.ListedView {
		v := viewOf(p)
		return catalog.ListedView{
			Name: v.Name, Namespace: v.Namespace, ViewID: v.ViewID, Version: v.Version, Reads: v.Reads, Description: v.Description,
			CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt,
		}
	})
	return page, err
}

// viewReceipt gives what a registration of a view was answered, by its key and the
// digest of what it asked for. It waits for no commit.
func (e *engine) viewReceipt(ctx context.Context, name, key, digest string) (answer catalog.RegisteredView, err error) {
	n, h, err := e.named(ctx, name)
	if err != nil {
		return answer, err
	}
	request, err := requestOf(registerView, digest)
	if err != nil {
		return answer, err
	}
	if h != nil {
		known, err := e.ledger(ctx, h)
		if err != nil {
			return answer, err
		}
		if found, err := known.said(key, request, time.Now(), &answer); found || err != nil {
			return answer, err
		}
	}
	return answer, catalog.ErrReceiptNotFound.Errorf("no registration of the view %s is known by that key", n).With("view", n.String())
}

// viewAbsent says that a name has no view, and whether it had one.
func (e *engine) viewAbsent(n catalog.Name, h *head) error {
	if h != nil {
		for _, d := range slices.Backward(h.Dropped) {
			if d.View && !d.Deleting {
				return catalog.ErrViewNotFound.Errorf("the view %s was dropped at %s; until %s POST /catalog/views/%s/restore brings it back", n, stamp(d.At), stamp(d.Until), n).
					With("view", n.String()).With("dropped_at", d.At).With("restorable_until", d.Until)
			}
		}
	}
	near := catalog.Nearest(n.String(), e.dir.viewNames())
	hint := "GET /catalog/views names them all"
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return catalog.ErrViewNotFound.Errorf("there is no view %s; %s", n, hint).With("view", n.String()).With("near", near)
}
