package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// written makes an index of three changes, a generation, three more, another one, and two
// more: the batches 0 to 7 of three items each, and closes it.
func written(t *testing.T, s *storage.Client, o durable.Options) {
	t.Helper()
	if err := durable.Drop(t.Context(), s, o.ID); err != nil {
		t.Fatal(err)
	}
	x := create(t, o)
	for n := range 8 {
		if n == 3 || n == 6 {
			if _, err := x.WriteGeneration(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		add(t, x, batch(fmt.Sprint("b", n), 3)...)
	}
	testbed.Until(t, "the oldest log is removed", func() bool { return len(keys(t, s, "log/")) == 5 })
	shut(t, x)
}

// batches says which batches of the eight are there whole.
func batches(t *testing.T, x *durable.Index) (list string) {
	t.Helper()
	got := held(t, x)
	for n := range 8 {
		there := 0
		for _, it := range batch(fmt.Sprint("b", n), 3) {
			if _, ok := got[it.ID]; ok {
				there++
			}
		}
		list += []string{"-", "/", "/", fmt.Sprint(n)}[there]
	}
	return list
}

// harm is what may befall one object of an index.
type harm func(t *testing.T, s *storage.Client, key string)

func flip(at float64) harm {
	return func(t *testing.T, s *storage.Client, key string) { spoil(t, s, key, at) }
}

func gone(t *testing.T, s *storage.Client, key string) { remove(t, s, key) }

func cut(t *testing.T, s *storage.Client, key string) {
	if err := os.Truncate(file(t, s, key), 200); err != nil {
		t.Fatal(err)
	}
}

// replaced puts another object in the place of one.
func replaced(by func(*testing.T, *storage.Client) (key string)) harm {
	return func(t *testing.T, s *storage.Client, key string) {
		b, err := os.ReadFile(file(t, s, by(t, s)))
		if err == nil {
			err = os.WriteFile(file(t, s, key), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ofFormat makes a generation one that a release of another format wrote.
func ofFormat(n int) harm {
	return func(t *testing.T, s *storage.Client, key string) {
		rewrite(t, s, key, `"format":3`, fmt.Sprintf(`"format":%d`, n))
	}
}

// The objects of an index that written made, oldest first.

func head(n int) func(*testing.T, *storage.Client) string {
	return func(t *testing.T, s *storage.Client) string { return heads(t, s)[n] }
}

func part(n int) func(*testing.T, *storage.Client) string {
	return func(t *testing.T, s *storage.Client) string {
		all := keys(t, s, "generations/")
		return all[slices.Index(all, heads(t, s)[n])+1]
	}
}

func object(n int) func(*testing.T, *storage.Client) string {
	return func(t *testing.T, s *storage.Client) string { return keys(t, s, "log/")[n] }
}

func alien(*testing.T, *storage.Client) string {
	return "vectors/0198-foreign/log/00000000000000000001"
}

func TestDamage(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	foreign := o
	foreign.ID = "0198-foreign"
	y := create(t, foreign)
	add(t, y, batch("foreign", 1)...)
	shut(t, y)
	for _, c := range []struct {
		what string
		do   harm
		to   func(*testing.T, *storage.Client) (key string)
		left string // batches
		says string // in the detail
	}{
		{"a bit of the newest generation", flip(.5), part(1), "01234567", "does not fit its checksum; nothing is lost"},
		{"the end of the newest generation", cut, part(1), "01234567", "is cut off"},
		{"a part of the generation before in the place of the newest's", replaced(part(0)), part(1), "01234567", "of another"},
		{"a part of the newest generation", gone, part(1), "01234567", "no object"},
		{"a bit of the newest generation's head", flip(.5), head(1), "01234567", "does not fit its checksum"},
		{"a generation of another release", ofFormat(1), head(1), "01234567", "it is of format 1, and this release reads 2 and 3"},
		{"a generation of a release whose generations are read", ofFormat(2), head(1), "01234567", ""},
		{"a bit of the generation before", flip(.5), part(0), "01234567", ""}, // which is not read
		{"the end of the generation before", cut, part(0), "01234567", "there is one alone"},
		{"a part of the generation before", gone, part(0), "01234567", "there is one alone"},
		{"a bit of the head of the generation before", flip(.5), head(0), "01234567", "there is one alone"},
		{"the generation before", gone, head(0), "01234567", "is missing"},
		{"a bit of the log of the generation before", flip(.5), object(0), "01234567", ""},
		{"another index's object in the place of one that the newest generation has", replaced(alien), object(0), "01234567", "nothing is lost"},
		{"a bit in the middle of the log", flip(.5), object(3), "012345/7", "the changes 7 to 7 are made as far as they stand before"},
		{"an object that is cut", cut, object(3), "012345/7", "log object cannot be read from block"},
		{"an object that is gone", gone, object(3), "012345-7", "the changes 7 to 7 are lost"},
		{"a header", flip(.05), object(3), "012345-7", "the changes 7 to 7 are lost"},
		{"the last header", flip(.05), object(4), "0123456-", "the changes from 8 on are lost"},
	} {
		t.Run(c.what, func(t *testing.T) {
			written(t, s, o)
			c.do(t, s, c.to(t, s))
			told(t, o, c.left, c.says)
		})
	}
}

// told opens an index that was harmed: so much is left of it, which it tells once, now and
// later, until that is acknowledged. Nothing said is no damage.
func told(t *testing.T, o durable.Options, left, says string) {
	t.Helper()
	x := open(t, o)
	if got := batches(t, x); got != left {
		t.Errorf("left are %s, want %s", got, left)
	}
	d := x.Stats().Damage
	if says == "" && len(d) > 0 || says != "" && (len(d) != 1 || !strings.Contains(d[0].Detail, says)) {
		t.Errorf("it says %+v, want %q", d, says)
	}
	if says != "" {
		testbed.Until(t, "a fresh generation", func() bool { g := x.Stats().Generations; return g[len(g)-1].Sequence >= 7 })
	}
	add(t, x, batch("after", 2)...)
	for range 2 {
		x = reopen(t, x, o)
		if got := batches(t, x); got != left || len(held(t, x)["after-1"].Vector) == 0 || !slices.Equal(x.Stats().Damage, d) {
			t.Errorf("opened again: %s, %+v", got, x.Stats())
		}
	}
	if err := x.Acknowledge(t.Context()); err != nil || len(x.Stats().Damage) > 0 {
		t.Errorf("acknowledged: %v, %+v", err, x.Stats().Damage)
	}
	x = reopen(t, x, o)
	if len(x.Stats().Damage) > 0 {
		t.Errorf("acknowledged and opened again: %+v", x.Stats().Damage)
	}
	shut(t, x)
}

// rewrite changes a record, so that its checksums hold.
func rewrite(t *testing.T, s *storage.Client, key, from, to string) {
	t.Helper()
	b, err := os.ReadFile(file(t, s, key))
	if err == nil {
		b, err = io.ReadAll(sealed.NewReader(bytes.NewReader(b)))
	}
	if err != nil || !bytes.Contains(b, []byte(from)) {
		t.Fatalf("%s, %v", b, err)
	}
	var out bytes.Buffer
	w := sealed.NewWriter(&out)
	_, _ = w.Write(bytes.Replace(b, []byte(from), []byte(to), 1))
	_ = w.Close()
	if err := os.WriteFile(file(t, s, key), out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where nothing is left to stand on, or what there is belongs to another index, it is not
// opened and nothing is changed.
func TestNothingToStandOn(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	refused := func(what string, o durable.Options) {
		t.Helper()
		before := keys(t, s, "")
		var unreadable *durable.UnreadableError
		if _, err := durable.Open(t.Context(), o, nil); !errors.As(err, &unreadable) || !strings.Contains(err.Error(), "restore") || strings.Contains(err.Error(), "the one before") {
			t.Errorf("%s: %v", what, err)
		}
		if after := keys(t, s, ""); !slices.Equal(before, after) {
			t.Errorf("%s: there were %v, and are %v", what, before, after)
		}
	}
	written(t, s, o)
	other := o
	other.Engine.Dimension = 9
	refused("another dimension", other)
	for _, key := range heads(t, s) {
		spoil(t, s, key, .5)
	}
	refused("no generation", o)
	for _, key := range keys(t, s, "generations/") {
		remove(t, s, key)
	}
	refused("no generation that is damaged either", o)
	for _, key := range keys(t, s, "") {
		remove(t, s, key)
	}
	refused("nothing at all", o)
}

// An index that never had an item is opened, and one that has its log alone is made of
// that and says so.
func TestOfTheLogAlone(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	x := reopen(t, create(t, o), o)
	if got := x.Stats(); len(got.Damage) > 0 || len(got.Generations) != 1 {
		t.Errorf("an empty index: %+v", got)
	}
	add(t, x, batch("b0", 3)...)
	shut(t, x)
	for _, key := range keys(t, s, "generations/") {
		remove(t, s, key)
	}
	x = open(t, o)
	if d := x.Stats().Damage; batches(t, x) != "0-------" || len(d) != 1 || !strings.Contains(d[0].Detail, "no generation is left") {
		t.Errorf("%s, %+v", batches(t, x), d)
	}
	testbed.Until(t, "a fresh generation", func() bool { return len(x.Stats().Generations) == 1 })
	x = reopen(t, x, o)
	if d := x.Stats().Damage; batches(t, x) != "0-------" || len(d) != 1 {
		t.Errorf("opened again: %s, %+v", batches(t, x), d)
	}
	shut(t, x)
}
