package ingestd

import (
	"crypto/sha256"
	"errors"
	"net/url"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

func TestOptionsAreCheckedByName(t *testing.T) {
	for query, want := range map[string]error{
		"":                                  nil,
		"mode=append&on_error=quarantine":   nil,
		"delimiter=tab&header=false":        nil,
		"delimiter=|":                       nil,
		"mode=upsert&key=id,%20week":        nil,
		"mode=append&schema=evolve":         nil,
		"mode=upsert":                       ingest.ErrBadOption,
		"mode=upsert&key=":                  ingest.ErrBadOption,
		"mode=upsert&key=id,":               ingest.ErrBadOption,
		"key=id":                            ingest.ErrBadOption,
		"mode=upsert&key=id&schema=replace": ingest.ErrBadOption,
		"format=parquet":                    nil,
		"types=zip:string":                  nil,
		`types="a,b: c":decimal(10, 2),d:date(%d.%m.%Y),e:map<string,long>`: nil,
		"types=zip":                               ingest.ErrBadOption,
		"types=zip:strnig":                        ingest.ErrBadOption,
		"types=zip:string,zip:long":               ingest.ErrBadOption,
		"types=when:date(%Y%d)":                   ingest.ErrBadOption,
		"types=when:date(%d/%m/%Y %H:%M)":         ingest.ErrBadOption,
		"types=rate:decimal(40,2)":                ingest.ErrBadOption,
		`types="open:string`:                      ingest.ErrBadOption,
		"async=true":                              nil,
		"async=yes":                               ingest.ErrBadOption,
		"source=a/b.csv&source=c.csv":             nil,
		"source=a.csv&source=a.csv":               ingest.ErrBadOption,
		"source=a.csv&source=b.csv&schema=evolve": ingest.ErrBadOption,
		"source=a//b.csv":                         storage.ErrBadKey,
		"source=datasets/x/data/y.csv":            storage.ErrReservedKey,
		"source=catalog":                          storage.ErrReservedKey,
		"mode=overwrite":                          ingest.ErrBadOption,
		"header=yes":                              ingest.ErrBadOption,
		"delimiter=x":                             ingest.ErrBadOption,
		"mode=append&schema=replace":              ingest.ErrBadOption,
	} {
		q, err := url.ParseQuery(strings.ReplaceAll(query, "%", "%25"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseOptions(q); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", query, err, want)
		}
	}
}

func TestNameComesFromTheFileOrTheQuery(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"placements", "other.csv", "placements"},
		{"hr.placements", "", "hr.placements"},
		{"", "/exports/Week 44.csv", "week_44"},
		{"", `C:\Exports\2026 Q1.final.csv`, "_2026_q1_final"},
		{"", "Größe.csv", "gr__e"},
	} {
		got, err := options{name: c.name}.datasetName(c.file)
		if err != nil || got.String() != c.want {
			t.Errorf("%q, %q: %v, %v; want %s", c.name, c.file, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "a/b", `a"b`, "a.b.c", strings.Repeat("n", 300), "Placements", "x__quarantine", ".csv", "a\x00b"} {
		if got, err := (options{name: bad}).datasetName(""); !errors.Is(err, catalog.ErrBadName) {
			t.Errorf("%q gave %v, %v; want bad_name", bad, got, err)
		}
	}
}

func TestContentHashIsOfBytesAndReading(t *testing.T) {
	one, other := sha256.Sum256([]byte("a\n1\n")), sha256.Sum256([]byte("a\n2\n"))
	base := options{mode: catalog.Replace}
	if base.contentHash(one, "") == base.contentHash(other, "") {
		t.Error("other bytes have the same hash")
	}
	if base.contentHash(one, "") != (options{mode: catalog.Append}).contentHash(one, "") {
		t.Error("an append does not know again what a replace loaded")
	}
	for _, o := range []options{{delimiter: ';'}, {noHeader: true}, {quarantine: true}, {encoding: "utf-8"}, {types: givenTypes{types: map[string]string{"a": "string"}}}, {schema: catalog.ReplaceSchema}} {
		if o.contentHash(one, "") == base.contentHash(one, "") {
			t.Errorf("%+v reads the file in another way but has the same hash", o)
		}
	}
}
