package sealed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// maxRecord is the most that a record has, in bytes, unless more is expected.
const maxRecord = 64 << 10

// EncodeRecord gives a record: a small object that is JSON in a sealed stream.
func EncodeRecord(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// DecodeRecord reads what [EncodeRecord] gave. Its errors are a [DamageError], those of
// JSON, and those of what is below.
func DecodeRecord(in io.Reader, v any) error { return DecodeRecordWithin(in, maxRecord, v) }

// DecodeRecordWithin is DecodeRecord of a record that may have so many bytes.
func DecodeRecordWithin(in io.Reader, maxBytes int64, v any) error {
	text, err := io.ReadAll(NewReader(io.LimitReader(in, maxBytes)))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("it says nothing that can be read: %w", err)
	}
	return nil
}
