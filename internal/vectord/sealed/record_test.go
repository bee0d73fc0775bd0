package sealed_test

import (
	"bytes"
	"strings"
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

// A record that could not be read, since it is too long, is not given.
func TestWhatIsGivenCanBeRead(t *testing.T) {
	const most = 1 << 10
	for _, length := range []int{10, 900, 1100} {
		raw, err := sealed.EncodeRecordWithin(strings.Repeat("x", length), most)
		if (err != nil) != (length > most) {
			t.Errorf("%d: %v", length, err)
		}
		var got string
		if err := sealed.DecodeRecordWithin(bytes.NewReader(raw), most, &got); err == nil != (raw != nil) || len(got) != length && raw != nil {
			t.Errorf("%d: %d bytes are read, %v", length, len(got), err)
		}
	}
	if raw, err := sealed.EncodeRecord(strings.Repeat("x", 1<<20)); err == nil {
		t.Errorf("a record of %d bytes", len(raw))
	}
}
