package journal

import (
	"bytes"
	"os"
	"reflect"
	"testing"
)

// Objects that were written are in buckets, and are read as long as there are buckets. If
// this test fails, the format has changed: leave the file as it is, give the new format a
// new Version with a golden file of its own, and go on reading this one.
func TestTheFormatDoesNotChangeWithoutANewVersion(t *testing.T) {
	const name = "testdata/v1.journal"
	golden, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	h, records, err := read(bytes.NewReader(golden), index())
	if err != nil || h != header(3, 9) || !reflect.DeepEqual(records, few()) {
		t.Errorf("%s cannot be read any more: %v, %v, %v", name, h, records, err)
	}
	if b := write(t, header(3, 9), few()...); Version != 1 || !bytes.Equal(b, golden) {
		t.Errorf("what is written is not %s any more: a changed format needs a new Version\n%x, not\n%x", name, b, golden)
	}
}
