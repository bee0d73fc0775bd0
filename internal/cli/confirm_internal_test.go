package cli

import (
	"io"
	"strings"
	"testing"
)

// TestOnlyYesIsYes: a question that is not answered with yes is a no.
func TestOnlyYesIsYes(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, " yes \n": true, "y": true, "\n": false, "": false, "n\n": false, "yesterday\n": false} {
		if err := ask(strings.NewReader(answer), io.Discard); (err == nil) != want {
			t.Errorf("%q: %v", answer, err)
		}
	}
}
