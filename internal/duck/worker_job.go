package duck

import (
	"encoding/json"
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
)

// runJob runs trusted statements one after the other and answers with the rows
// of the last.
func (w *worker) runJob(payload []byte) error {
	var r jobRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	c, done := w.session(w.plain)
	return errors.Join(w.runAll(c, r), done())
}

func (w *worker) runAll(c *connection, r jobRequest) (err error) {
	if r.CSV != nil {
		if err := w.convertCSV(c, r.CSV); err != nil {
			return err
		}
	}
	var end runEnd
	for _, sql := range r.SQL {
		if err := w.checkInterrupt(); err != nil {
			return err
		}
		if end.Rows, err = jobRows(c, sql); err != nil {
			return err
		}
	}
	return w.out.message(frameEnd, end)
}

// jobRows runs a statement and gives its rows as JSON.
func jobRows(c *connection, sql string) ([][]json.RawMessage, error) {
	res, err := begin(c, sql, nil, jsonTexts())
	if err != nil {
		return nil, err
	}
	defer res.close()
	return gather(res)
}

// gather gives the rows of a result as JSON.
func gather(res *result) (rows [][]json.RawMessage, err error) {
	for {
		batch, err := res.next()
		if err != nil || batch == nil {
			return rows, err
		}
		if rows, err = appendRows(rows, batch); err != nil {
			return nil, err
		}
	}
}

// appendRows adds the rows of a batch, and releases it.
func appendRows(rows [][]json.RawMessage, batch arrow.RecordBatch) ([][]json.RawMessage, error) {
	defer batch.Release()
	for i := range int(batch.NumRows()) {
		row := make([]json.RawMessage, batch.NumCols())
		for j := range row {
			value, err := json.Marshal(batch.Column(j).GetOneForMarshal(i))
			if err != nil {
				return nil, err
			}
			row[j] = value
		}
		rows = append(rows, row)
	}
	return rows, nil
}
