package sealed_test

import (
	"bytes"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// A record is read back, and none of which any bit is another one.
func TestRecords(t *testing.T) {
	type said struct{ Words string }
	raw, err := sealed.EncodeRecord(said{"what there is"})
	if err != nil {
		t.Fatal(err)
	}
	var got said
	if err := sealed.DecodeRecord(bytes.NewReader(raw), &got); err != nil || got.Words != "what there is" {
		t.Errorf("%+v, %v", got, err)
	}
	for bit := range len(raw) * 8 {
		other := bytes.Clone(raw)
		other[bit/8] ^= 1 << (bit % 8)
		if err := sealed.DecodeRecord(bytes.NewReader(other), &got); err == nil {
			t.Errorf("bit %d is another one, and nobody says so", bit)
		}
	}
	for length := range raw {
		if err := sealed.DecodeRecord(bytes.NewReader(raw[:length]), &got); err == nil {
			t.Errorf("%d bytes of it are taken for all", length)
		}
	}
}
