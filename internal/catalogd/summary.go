package catalogd

import (
	"strconv"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
)

// summarise writes the counters of a snapshot, by Iceberg's names.
func summarise(base *iceTable, c change) *table.Summary {
	var files, rows, bytes, oldFiles, oldRows, oldBytes int64
	for _, f := range c.files {
		files, rows, bytes = files+1, rows+f.Rows, bytes+f.Size
	}
	if base != nil {
		before := base.meta.CurrentSnapshot()
		oldFiles, oldRows, oldBytes = summaryNumber(before, "total-data-files"), summaryNumber(before, "total-records"), summaryNumber(before, "total-files-size")
	}
	p := iceberg.Properties{versionKey: strconv.FormatInt(c.version, 10)}
	set := func(key string, n int64) { p[key] = strconv.FormatInt(n, 10) }
	set("added-data-files", files)
	set("added-records", rows)
	set("added-files-size", bytes)
	goneFiles, goneRows, goneBytes := oldFiles, oldRows, oldBytes
	if !c.replaces {
		goneFiles, goneRows, goneBytes = 0, 0, 0
		for _, o := range c.removed {
			goneFiles, goneRows, goneBytes = goneFiles+1, goneRows+o.Rows, goneBytes+o.Size
		}
	}
	operation := c.operation(base)
	if operation != table.OpAppend {
		set("deleted-data-files", goneFiles)
		set("deleted-records", goneRows)
		set("removed-files-size", goneBytes)
	}
	oldFiles, oldRows, oldBytes = oldFiles-goneFiles, oldRows-goneRows, oldBytes-goneBytes
	set("total-data-files", oldFiles+files)
	set("total-records", oldRows+rows)
	set("total-files-size", oldBytes+bytes)
	set("total-delete-files", 0)
	set("total-position-deletes", 0)
	set("total-equality-deletes", 0)
	return &table.Summary{Operation: operation, Properties: p}
}

// operation names what a snapshot does, in Iceberg's words.
func (c change) operation(base *iceTable) table.Operation {
	switch {
	case c.sameRows:
		return table.OpReplace
	case base != nil && (c.replaces || len(c.removed) > 0):
		return table.OpOverwrite
	}
	return table.OpAppend
}
