package csvread

import (
	"fmt"
	"testing"
	"time"
)

func TestEveryDayIsItself(t *testing.T) {
	date := dates()
	for at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 10_000; at = at.AddDate(0, 0, 13) { // which is prime to every period
		if got, ok := date([]byte(at.Format(time.DateOnly))); !ok || int64(got) != at.Unix()/86400 {
			t.Fatalf("%s: %d, %t; want %d", at.Format(time.DateOnly), got, ok, at.Unix()/86400)
		}
	}
	for _, text := range []string{"2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-01", "2024-01-0a", "202a-01-01", "2024/01/01"} {
		if got, ok := date(fmt.Append(nil, text)); ok {
			t.Errorf("%s is day %d", text, got)
		}
	}
}
