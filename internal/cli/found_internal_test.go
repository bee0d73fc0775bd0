package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What was found fits the screen by its metadata alone, and has no line end or colour of
// somebody's text.
func TestWhatWasFoundFitsTheScreen(t *testing.T) {
	long := strings.Repeat("wörd ", 40)
	id := strings.Repeat("i", 70)
	found := vector.Found{Results: []vector.Result{
		{ID: id, Score: 0.98764, Metadata: json.RawMessage(fmt.Sprintf(`{"text":%q}`, long)), Vector: vector.Vector{0.25, -1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		{ID: "c\x1b[2J\n2", Score: -0.00001234, Parts: &vector.Parts{}},
		{ID: "none", Score: float32(math.Copysign(0, -1))},
	}}
	for _, c := range []struct {
		columns int
		vectors bool
		shown   []string
	}{
		{0, false, []string{"│    0.9876 │ " + id + " │ {\"text\":\"wörd ", "…", "│ -1.23e-05 │", "│    0.0000 │ none", "│ c [2J 2 "}},
		{120, false, []string{"│ {\"text\":\"wörd wörd w"}},
		{100, false, []string{"…"}}, // not less than a few letters
		{300, true, []string{"│ [0.25,-1,3,4,5,6,7,8,9,… │", long[:150]}},
	} {
		var out strings.Builder
		writeFound(&out, found, c.vectors, c.columns)
		for _, part := range append(c.shown, id, "metadata") {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%d columns: no %q in\n%s", c.columns, part, out.String())
			}
		}
		width := text.StringWidth(strings.SplitN(out.String(), "\n", 2)[0])
		if c.columns > 110 && width > c.columns || c.columns == 120 && width < 120 {
			t.Errorf("%d columns: %d wide\n%s", c.columns, width, out.String())
		}
	}
}

// Both sides of a hybrid search are shown, with the rank where a side has one.
func TestPartsOfAHybridSearchAreShown(t *testing.T) {
	var out strings.Builder
	writeFound(&out, vector.Found{Results: []vector.Result{
		{ID: "a", Score: 0.75, Parts: &vector.Parts{Vector: vector.Part{Score: 0.5, Rank: 3}, Lexical: vector.Part{Score: 2}}},
		{ID: "b", Score: 0.5, Parts: &vector.Parts{Vector: vector.Part{Score: 0.25}}},
	}}, false, 80)
	if !strings.Contains(out.String(), "│    1 │ 0.7500 │ a  │ 0.5000 (3) │ 2.0000   │") || !strings.Contains(out.String(), "│    2 │ 0.5000 │ b  │ 0.2500     │          │") {
		t.Error(out.String())
	}
}
