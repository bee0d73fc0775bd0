package wire_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// An object of many names is refused before they are remembered, wherever it is; many objects
// of few names, and texts and numbers that look like such, are not.
func TestAnObjectHasABoundOfNames(t *testing.T) {
	const most = 16 << 10
	names := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("%q : {\"a\":[1]}", fmt.Sprint(i, `"{`))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	deep := strings.Repeat("[", 100_000)
	for body, refused := range map[string]bool{
		names(most): false, names(most + 1): true,
		`{"any":[1,{"a":` + names(most+1) + `}]}`:                              true,
		`{"any":[` + strings.Repeat(`{"a":1,"b":[":"]},`, most) + `{}]}`:       false,
		`{"any":["` + strings.Repeat(`a\":`, most+1) + `"]}`:                   false,
		`{"any":` + strings.Repeat(`{"a":{"b":1},"c":`, 9_000) + names(most+1): true,
		`{"any":` + deep + names(most+1):                                       false,
		`{"any":"` + strings.Repeat("x", 5*most):                               false,
		strings.Repeat("]", 5*most) + `{"a":`:                                  false,
	} {
		if err := wire.CheckNames([]byte(body)); (err != nil) != refused || refused && !errors.Is(err, wire.ErrBadRequest) {
			t.Errorf("%.60s: %v, to be refused: %t", body, err, refused)
		}
	}
	body := `{"any":` + names(1_000_000) + `}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := wire.ReadJSON(httptest.NewRequest("POST", "/", strings.NewReader(body)), new(request)); err == nil {
		t.Error("it was taken")
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8*uint64(len(body)) {
		t.Errorf("%d bytes took %d", len(body), took)
	}
}
