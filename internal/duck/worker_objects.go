package duck

import (
	"fmt"
	"slices"
	"strings"
)

// objects are the instances of a worker that reads from S3. DuckDB's check of single
// paths is exact only where they are listed, and the list is locked with the rest: so
// every set of objects has an instance of its own. The slow part of making one is done
// ahead; the one of the last statement stays, with what it knows of its objects, for
// the next statement that reads the same.
type objects struct {
	setup  setup
	spare  *instance // all but locked: no statement runs on it
	locked *instance
	urls   []string // that locked may read, sorted
}

// wallError ends the worker: an instance did not become what it has to be.
type wallError struct{ err error }

func (e *wallError) Error() string { return "duckdb: " + e.err.Error() }

// newObjects makes the first spare instance.
func newObjects(s setup) (*objects, error) {
	o := &objects{setup: s}
	return o, o.prepare()
}

// prepare opens the next instance as far as that goes before the objects are known.
// The extension's signature was checked when the worker's first instance loaded it.
func (o *objects) prepare() error {
	if o.spare != nil {
		return nil
	}
	spare, err := openUnlocked(o.setup, unsigned)
	if err != nil {
		return &wallError{err}
	}
	o.spare = spare
	return nil
}

// instance gives the one that may read these objects and nothing else. fresh tells
// that it has not been used.
func (o *objects) instance(urls []string) (i *instance, fresh bool, err error) {
	if o.locked != nil && slices.Equal(urls, o.urls) {
		return o.locked, false, nil
	}
	o.forget()
	if err := o.prepare(); err != nil {
		return nil, false, err
	}
	s := o.setup
	s.ReadFiles = urls
	if err := lockInstance(o.spare, s); err != nil {
		return nil, false, &wallError{err}
	}
	o.locked, o.spare, o.urls = o.spare, nil, urls
	return o.locked, true, nil
}

// forget ends the instance of the last statement.
func (o *objects) forget() {
	if o.locked != nil {
		o.locked.close()
		o.locked = nil
	}
}

func urlsOf(views []View) []string {
	var urls []string
	for _, view := range views {
		urls = append(urls, view.Files...)
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}

// checkSizes asks S3 for every object's size, which reading needs anyway and finds
// remembered, and holds it against the view's.
func checkSizes(c *connection, urls []string, views []View) error {
	rows, err := c.text("SELECT filename, size::VARCHAR FROM read_blob(" + literalList(urls) + ")")
	if err != nil {
		return err
	}
	sizes := make(map[string]string, len(rows))
	for _, row := range rows {
		sizes[row[0]] = row[1]
	}
	for _, view := range views {
		for i, url := range view.Files {
			if got := sizes[url]; i < len(view.Sizes) && got != fmt.Sprint(view.Sizes[i]) {
				return &workerFailure{Kind: failDamaged, Position: -1,
					Message: fmt.Sprintf("%s has %s bytes and not the %d that the catalog says", url, got, view.Sizes[i])}
			}
		}
	}
	return nil
}

// sortHTTP gives the kind of a failure that an answer of S3, or none, is the cause of.
func sortHTTP(exception, message string, status int) (failureKind, bool) {
	switch {
	case status == 404 || status == 416:
		return failDamaged, true
	case status == 401 || status == 403:
		return failKeyRefused, true
	case exception == "HTTP", strings.Contains(message, "HTTP HEAD") || strings.Contains(message, "HTTP GET"):
		return failUnreachable, true
	}
	return "", false
}
