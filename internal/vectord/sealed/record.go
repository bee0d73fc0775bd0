package sealed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// maxRecord is the most that a record has, in bytes, unless more is expected.
const maxRecord = 256 << 10

// EncodeRecord gives a record: a small object that is JSON in a sealed stream. One that
// [DecodeRecord] would not read to its end is an error.
func EncodeRecord(v any) ([]byte, error) { return EncodeRecordWithin(v, maxRecord) }

// EncodeRecordWithin is EncodeRecord of a record that may have so many bytes.
func EncodeRecordWithin(v any, maxBytes int) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if out.Len() > maxBytes {
		return nil, fmt.Errorf("a record has %d bytes; it may have %d", out.Len(), maxBytes)
	}
	return out.Bytes(), nil
}

// DecodeRecord reads what [EncodeRecord] gave. Its errors are a [DamageError], those of
// JSON, and those of what is below.
func DecodeRecord(in io.Reader, v any) error { return DecodeRecordWithin(in, maxRecord, v) }

// DecodeRecordWithin is DecodeRecord of a record that may have so many bytes.
func DecodeRecordWithin(in io.Reader, maxBytes int, v any) error {
	text, err := io.ReadAll(NewReader(io.LimitReader(in, int64(maxBytes))))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("it says nothing that can be read: %w", err)
	}
	return nil
}
