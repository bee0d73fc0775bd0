package lru

import "testing"

func TestWhatWasUsedLastStays(t *testing.T) {
	c := New[string, int](100, 2)
	c.Put("a", 1, 40)
	c.Put("b", 2, 40)
	if v, ok := c.Get("a"); !ok || v != 1 {
		t.Fatalf("a is %d, %v", v, ok)
	}
	c.Put("c", 3, 40)
	if _, ok := c.Get("b"); ok || c.Bytes() != 80 {
		t.Errorf("b is there: %v; %d bytes", ok, c.Bytes())
	}
	c.Put("d", 4, 51)
	if _, ok := c.Get("d"); ok {
		t.Error("a value of more than half is kept")
	}
	c.Put("a", 5, 50)
	if v, _ := c.Get("a"); v != 5 || c.Bytes() != 90 {
		t.Errorf("a is %d; %d bytes", v, c.Bytes())
	}
	if all := c.All(); len(all) != 2 || all["a"] != 5 || all["c"] != 3 {
		t.Errorf("it holds %v", all)
	}
	if n := c.DropFunc(func(_ string, v int) bool { return v == 3 }); n != 1 || c.Bytes() != 50 || len(c.All()) != 1 {
		t.Errorf("%d went, %v are left", n, c.All())
	}
	none := New[string, int](0, 2)
	if none.Put("a", 1, 1); none.Bytes() != 0 || none.Most() != 0 {
		t.Error("a cache without room keeps something")
	}
}
