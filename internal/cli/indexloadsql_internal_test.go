package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Whoever waits for a load sees why it does not get on, and when it is tried again.
func TestALoadThatIsTriedAgainSaysWhy(t *testing.T) {
	next := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	load := vector.Load{Rows: 7, Retry: &vector.LoadRetry{Failed: 3, Problem: wire.Unavailable("queryd"), NextAt: &next}}
	for _, words := range []string{"7 rows", "3 attempts failed", shown(next), "queryd does not answer", "[service_unavailable]"} {
		if got := progressWords(load); !strings.Contains(got, words) {
			t.Errorf("%q does not say %q", got, words)
		}
	}
	load.Retry.NextAt = nil
	if got := progressWords(load); !strings.Contains(got, "the next one runs") {
		t.Errorf("%q", got)
	}
}

// It stands above the bar, once for each cause, also where nobody sees a bar: in a file, and on a
// terminal without a size.
func TestALoadThatIsTriedAgainSaysWhyOnce(t *testing.T) {
	away := vector.Load{Retry: &vector.LoadRetry{Failed: 1, Problem: wire.Unavailable("embedd")}}
	still := vector.Load{Retry: &vector.LoadRetry{Failed: 2, Problem: wire.Unavailable("embedd")}}
	other := vector.Load{Retry: &vector.LoadRetry{Failed: 3, Problem: wire.Unavailable("queryd")}}
	tellAll := func(w io.Writer) {
		bar, _ := NewToldBar(w, "jobs")
		retries := Retries{Index: "jobs"}
		for _, load := range []vector.Load{{}, away, still, other, {Rows: 5}, away} {
			retries.Say(bar, load)
		}
		bar.End()
	}
	var file bytes.Buffer
	tellAll(&file)
	keys, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(keys)
		shown <- string(text)
	}()
	tellAll(screen)
	screen.Close()
	for where, text := range map[string]string{"a file": file.String(), "a terminal": <-shown} {
		if strings.Count(text, "jobs: ") != 3 || strings.Count(text, "embedd does not answer") != 2 || strings.Count(text, "queryd does not answer") != 1 {
			t.Errorf("%s shows %q", where, text)
		}
	}
}
