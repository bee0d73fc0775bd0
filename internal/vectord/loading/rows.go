package loading

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	loadBatch      = 1000    // rows that are put in at once, at most
	loadBatchBytes = 8 << 20 // of them, about
	loadTexts      = 256     // of them that are texts, which take longer: progress is told, and a kill takes little
	maxRow         = 1 << 20 // bytes of a row, which no item comes near to
)

// rows are a load's rows on their way into an index, in one try. Rows that differ from the
// index wait for a batch. A row is not written if a later one in the batch, with the same id,
// equals what the index holds.
type rows struct {
	pipeline
	want        vector.NewLoad
	types       columns
	textColumns textColumns

	waiting []row          // each id once; one without an id has gone again
	at      map[string]int // where among them an id is
	bare    int            // of them that have no vector, at most
	bytes   int            // of them, about
}

// take reads the rows and puts those in that the index does not hold.
func (r *rows) take(ctx context.Context, body io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer r.wait()
	defer cancel()
	lines := bufio.NewReaderSize(body, maxRow)
	for number := int64(1); ; number++ {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			if err := r.push(ctx, r.next()); err != nil {
				return err
			}
			return r.drain(ctx)
		case errors.Is(err, io.EOF):
			return &cutError{wire.ErrUnavailable.Errorf("the answer of queryd ends within row %d", number).With("service", "queryd")}
		case errors.Is(err, bufio.ErrBufferFull):
			return wrongRow(number, vector.ErrBadItem.Errorf("it has more than %d bytes; leave out columns that are no metadata", maxRow))
		case err != nil:
			return &cutError{err}
		}
		item, err := r.read(line)
		if err != nil {
			return wrongRow(number, err)
		}
		if err := r.put(ctx, item); err != nil {
			return err
		}
	}
}

// read makes an item of a row that the index can take.
func (r *rows) read(line []byte) (row, error) {
	row, err := rowOf(line, r.want, r.types, r.maker.Model != "")
	if err != nil {
		return row, err
	}
	item := row.Item
	if item.Vector == nil {
		if err := texts.Check(*row.text); err != nil {
			return row, &engine.ItemError{ID: row.ID, Err: err}
		}
		item.Vector = r.maker.StandIn()
	}
	_, err = r.open.Engine().Check([]engine.Item{item})
	return row, err
}

// wrongRow names a row that is no item by its place in the statement's answer.
func wrongRow(number int64, err error) error {
	p, of := wire.AsProblem(problems.Of(err)), ": "
	if item, is := errors.AsType[*engine.ItemError](err); is {
		of = " "
		p = problems.Item(item, fmt.Sprintf("(%q): %v", item.ID, item.Err))
	}
	p.Detail = "row " + strconv.FormatInt(number, 10) + " of the statement" + of + p.Detail
	return p.With("row", number)
}

// put takes a row. Of rows with one id the last counts.
func (r *rows) put(ctx context.Context, item row) error {
	if r.has(item.ID) {
		if err := r.drain(ctx); err != nil {
			return err
		}
	}
	r.tally.see(item.ID)
	at, waits := r.at[item.ID]
	holds := r.holds(item)
	switch {
	case waits && holds:
		delete(r.at, item.ID)
		r.waiting[at] = row{}
	case waits:
		r.waiting[at] = item
	case !holds:
		r.at[item.ID] = len(r.waiting)
		r.waiting = append(r.waiting, item)
	}
	if holds {
		r.tally.count(item.ID, unchanged)
		return nil
	}
	r.bytes += len(item.ID) + 4*r.maker.Dimension + len(item.Metadata)
	if item.Vector == nil {
		r.bare++
	}
	if len(r.waiting) < loadBatch && r.bytes < loadBatchBytes && r.bare < loadTexts {
		return nil
	}
	return r.push(ctx, r.next())
}

// deleteMissing takes out what is in no row.
func (r *rows) deleteMissing(ctx context.Context) error {
	if held := r.open.Engine().Len(); r.tally.none() && held > 0 && !r.want.AllowEmpty {
		return vector.ErrLoadEmpty.Errorf("the statement gave no rows, so delete_missing would take out every item of the index, %d of them; nothing was changed: mend the statement or what it reads, or give allow_empty if the index is to be emptied", held).
			With("count", held)
	}
	for after := ""; ; {
		page, err := r.open.Engine().Scroll(after, vector.MaxPage, nil, false)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		var missing []string
		for _, item := range page {
			if !r.tally.saw(item.ID) {
				missing = append(missing, item.ID)
			}
		}
		if len(missing) == 0 {
			continue
		}
		r.tally.mayDelete(missing)
		deleted, _, err := r.open.Delete(r.making, durable.Selection{IDs: missing})
		if err != nil {
			return problems.Of(err)
		}
		r.changes++
		r.tally.deleted(deleted)
	}
}
