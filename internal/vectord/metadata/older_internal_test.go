package metadata

import (
	"encoding/json"
	"testing"
)

// TestWhatAnEarlierReadLetPassGoes: what is kept moves and is removed, also where it would
// not be taken any more.
func TestWhatAnEarlierReadLetPassGoes(t *testing.T) {
	const raw = `{"n":123456789012345678901234567890,"text":"a nurse"}`
	if _, err := Read([]byte(raw)); err == nil {
		t.Fatal("it would be taken")
	}
	s := New("text")
	far := value{kind: float, float: 1.2345678901234568e29}
	s.Set(3, Object{json.RawMessage(raw), []scalar{{"n", far}, {"text", value{kind: text, text: "a nurse"}}}})
	s.Copy(3, 5)
	if got := s.fields["n"].values.Len(); got != 1 {
		t.Errorf("it moved to %d values", got)
	}
	s.Remove(3)
	if got := s.fields["n"].having.ToArray(); len(got) != 1 || got[0] != 5 {
		t.Errorf("%v have a number", got)
	}
	s.Remove(5)
	for name, f := range s.fields {
		if !f.having.IsEmpty() || f.values.Len() > 0 {
			t.Errorf("%s: %v, and %d values, are left", name, f.having, f.values.Len())
		}
	}
}
