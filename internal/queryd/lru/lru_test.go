package lru

import "testing"

func TestWhatWasUsedLastStays(t *testing.T) {
	type value struct{ n, bytes int }
	weigh := func(_ string, v value) int64 { return int64(v.bytes) }
	c := New(100, 2, weigh)
	c.Put("a", value{1, 40})
	c.Put("b", value{2, 40})
	if v, ok := c.Get("a"); !ok || v.n != 1 {
		t.Fatalf("a is %v, %v", v, ok)
	}
	c.Put("c", value{3, 40})
	if _, ok := c.Get("b"); ok || c.Bytes() != 80 {
		t.Errorf("b is there: %v; %d bytes", ok, c.Bytes())
	}
	c.Put("d", value{4, 51})
	if _, ok := c.Get("d"); ok {
		t.Error("a value of more than half is kept")
	}
	c.Put("a", value{5, 50})
	if v, _ := c.Get("a"); v.n != 5 || c.Bytes() != 90 {
		t.Errorf("a is %v; %d bytes", v, c.Bytes())
	}
	if all := c.All(); len(all) != 2 || all["a"].n != 5 || all["c"].n != 3 {
		t.Errorf("it holds %v", all)
	}
	if n := c.DropFunc(func(_ string, v value) bool { return v.n == 3 }); n != 1 || c.Bytes() != 50 || len(c.All()) != 1 {
		t.Errorf("%d went, %v are left", n, c.All())
	}
	none := New(0, 2, weigh)
	if none.Put("a", value{1, 1}); none.Bytes() != 0 || none.Most() != 0 {
		t.Error("a cache without room keeps something")
	}
}
