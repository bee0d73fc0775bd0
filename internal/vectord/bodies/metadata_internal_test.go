package bodies

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Metadata beyond its bound is refused by its length, or by its names, and takes no more than
// its bytes a few times.
func TestLongMetadataIsNotLookedInto(t *testing.T) {
	var names strings.Builder
	for i := range 500_000 {
		fmt.Fprintf(&names, `"%x":1,`, i)
	}
	for metadata, says := range map[string]string{
		`{` + names.String() + `"z":1}`:                             "has over 16384 names",
		`{"a":{` + names.String() + `"z":1}}`:                       "has over 16384 names",
		`{"k":[` + strings.Repeat("1,", 2_000_000) + `1]}`:          "the metadata has 4000009 bytes; it may have 65536",
		`{"text":"` + strings.Repeat("a ", 2_000_000) + `","b":[]}`: "it may have 65536",
	} {
		body := `{"items":[{"id":"a","text":"x","metadata":` + metadata + `}]}`
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadItems(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), vector.Shape{Model: "m", Dimension: 3})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || !strings.Contains(err.Error(), says) || took > 12*uint64(len(body)) {
			t.Errorf("%.30s: %v, %d bytes took %d", metadata, err, len(body), took)
		}
	}
}
