package vectord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// pointer is what a name leads to: an index, or another name.
type pointer struct {
	Name      string       `json:"name,omitempty"` // whose it is; earlier builds did not say
	ID        string       `json:"index_id,omitempty"`
	Shape     vector.Shape `json:"shape,omitzero"`
	CreatedAt time.Time    `json:"created_at,omitzero"`
	AliasOf   string       `json:"alias_of,omitempty"`

	broken error // why it leads nowhere; what stood there before may be all that led to an index
}

// A pointer is JSON that ends with the checksum of what stands before that. Those of earlier
// builds have none and are still read; a sealed record, as other small objects are, would be
// a second format beside that.
const sumFormat = `,"sum":"%08x"}`

var (
	sumBegins = []byte(`,"sum":"`)
	sumLength = len(fmt.Sprintf(sumFormat, 0))
)

func sumOf(text []byte) []byte {
	return fmt.Appendf(nil, sumFormat, crc32.Checksum(text, crc32.MakeTable(crc32.Castagnoli)))
}

// encode gives the bytes of the object that a name is.
func (p pointer) encode(name string) ([]byte, error) {
	p.Name = name
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimSuffix(raw, []byte("}"))
	return append(text, sumOf(text)...), nil
}

// decodePointer reads what encode gave.
func decodePointer(name string, raw []byte) pointer {
	var p pointer
	if err := p.read(raw); err != nil {
		return pointer{broken: vector.ErrIndexFailed.Errorf("the object %s is damaged: %v; put it back from a copy of the bucket and restart vectord, or drop the index %s, whose objects a later start removes", nameKey(name), err, name)}
	}
	if p.Name != "" && p.Name != name {
		return pointer{broken: vector.ErrIndexFailed.Errorf("the object %s is a copy of %s; put back the one that was there and restart vectord, or drop the index %s, whose own objects a later start removes, and none of %s", nameKey(name), nameKey(p.Name), name, p.Name)}
	}
	return p
}

func (p *pointer) read(raw []byte) error {
	if at := len(raw) - sumLength; at >= 0 && bytes.HasPrefix(raw[at:], sumBegins) && !bytes.Equal(raw[at:], sumOf(raw[:at])) {
		return errors.New("it does not fit its checksum")
	}
	if err := json.Unmarshal(raw, p); err != nil {
		return errors.New("it is no JSON that vectord wrote")
	}
	if p.ID == "" && p.AliasOf == "" {
		return errors.New("it says of no index")
	}
	return nil
}

// taken is the pointer of a name that leads to an index which another name leads to.
func (p pointer) taken(name, by string) pointer {
	return pointer{broken: vector.ErrIndexFailed.Errorf("the object %s leads to the index %s, as the name %s does, and an index has one name; put back what was there and restart vectord, or drop the index %s, whose own objects a later start removes, and none of %s", nameKey(name), p.ID, by, name, by)}
}

// same tells whether two pointers lead to the same place.
func (p pointer) same(q pointer) bool { return p.ID == q.ID && p.AliasOf == q.AliasOf }
