package mcpd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	// maxRead bounds what is read of a result, with what stands before the page: a row is
	// in memory whole.
	maxRead    = 64 << 20
	maxColumns = maxAnswer / 2 // of their names and types, in bytes
)

// pager reads a page out of a result.
type pager struct {
	page  page
	from  cursor
	limit int
	room  int // bytes that rows may still take
	cell  int // that a value may take
	sum   hash.Hash
}

func newPager(from cursor, limit int) *pager {
	return &pager{from: from, limit: limit, page: page{Rows: [][]any{}, Offset: from.Offset}, sum: sha256.New()}
}

// next is where the following page begins.
func (p *pager) next() int64 { return p.page.Offset + int64(len(p.page.Rows)) }

// seen is the sum of the rows up to there.
func (p *pager) seen() string { return hex.EncodeToString(p.sum.Sum(nil))[:sumDigits] }

// errFull ends the reading of a result whose page is whole.
var errFull = errors.New("the page is full")

// read takes the page from an answer of POST /sql, in which the columns stand before the
// rows.
func (p *pager) read(body io.Reader) error {
	in := &io.LimitedReader{R: body, N: maxRead}
	dec := json.NewDecoder(in)
	err := p.answer(dec)
	switch {
	case errors.Is(err, errFull):
		p.page.Truncated = true
		return nil
	case in.N <= 0:
		return errTooLarge.Errorf("the result has over %d bytes up to the end of this page", maxRead)
	case err == nil && p.from.Offset > 0 && len(p.page.Rows) == 0:
		return changed()
	}
	return torn(err)
}

// torn makes an error of an answer that is not what was promised.
func torn(err error) error {
	if _, told := errors.AsType[*wire.Problem](err); told || err == nil {
		return err
	}
	return wire.Unread("gateway", err)
}

// malformed is an answer to POST /sql that is none.
func malformed() error { return wire.BadAnswer("gateway", "is no result of a statement") }

// opens reads the token that an array or an object begins with.
func opens(dec *json.Decoder, with json.Delim) error {
	token, err := dec.Token()
	if err == nil && token != with {
		return malformed()
	}
	return err
}

func changed() error {
	return errResultChanged.Errorf("the rows before this page are not those that were given as the pages before")
}

func (p *pager) answer(dec *json.Decoder) error {
	if err := opens(dec, '{'); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		switch key {
		case "columns":
			err = p.columns(dec)
		case "rows":
			err = p.rows(dec)
		case "truncated":
			err = dec.Decode(&p.page.Truncated)
		default:
			err = dec.Decode(new(json.RawMessage))
		}
		if err != nil {
			return err
		}
	}
	if p.page.Columns == nil {
		return malformed()
	}
	_, err := dec.Token() // }
	return err
}

// columns takes the names and types, and shares out the room.
func (p *pager) columns(dec *json.Decoder) error {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	if wire.Elements(raw, maxColumns) > maxColumns {
		return errTooLarge.Errorf("the result has over %d columns: name those that you need", maxColumns)
	}
	if err := json.Unmarshal(raw, &p.page.Columns); err != nil {
		return err
	}
	text, err := plainJSON(p.page.Columns)
	if err != nil {
		return err
	}
	if len(text) > maxColumns {
		return errTooLarge.Errorf("the result has %d columns, whose names and types alone take %d bytes of %d: name those that you need", len(p.page.Columns), len(text), maxAnswer)
	}
	p.room = maxAnswer - len(text) - maxAround
	p.cell = max(minCell, p.room/2/max(1, len(p.page.Columns)))
	return nil
}

// rows reads past those before the page, and takes what fits.
func (p *pager) rows(dec *json.Decoder) error {
	if err := opens(dec, '['); err != nil {
		return err
	}
	for at := int64(0); dec.More(); at++ {
		if at == p.from.Offset && at > 0 && p.seen() != p.from.Before {
			return changed()
		}
		if len(p.page.Rows) == p.limit {
			return errFull
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		if at >= p.from.Offset {
			if err := p.take(raw); err != nil {
				return err
			}
		}
		p.sum.Write(raw)
	}
	_, err := dec.Token() // ]
	return err
}

// take adds a row, if there is room for it, or it is the first.
func (p *pager) take(raw json.RawMessage) error {
	if columns := len(p.page.Columns); wire.Elements(raw, columns) != columns {
		return malformed()
	}
	var values []json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	row, cut := make([]any, len(values)), 0
	for i, value := range values {
		shown, shortened := cell(value, p.cell)
		if row[i] = shown; shortened {
			cut++
		}
	}
	text, err := plainJSON(row)
	if err != nil {
		return err
	}
	if p.room -= len(text) + 1; p.room < 0 && len(p.page.Rows) > 0 {
		return errFull
	}
	p.page.Rows = append(p.page.Rows, row)
	p.page.CellsCut += cut
	return nil
}
