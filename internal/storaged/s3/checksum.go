package s3

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// checksum is the CRC-32C of bytes as S3 writes it. Stored with an object, it is held
// against the bytes by S3 when they come, and by the library when the whole object is
// read. Signed requests keep the way there; this keeps the way back. S3 has none of an
// object that was made of parts.
func checksum(b []byte) *string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	text := base64.StdEncoding.EncodeToString(sum)
	return &text
}

// sealed is the body of an object that gives its last bytes only when what follows
// them has been seen: its end, and no error of its checksum.
type sealed struct {
	io.ReadCloser
	left int64
}

func (s *sealed) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.left -= int64(n)
	if s.left > 0 || err != nil {
		return s.withheld(n, err)
	}
	var more [1]byte
	if extra, end := s.ReadCloser.Read(more[:]); extra > 0 || end != io.EOF {
		return 0, errors.Join(errDamaged, end)
	}
	return n, io.EOF
}

// withheld keeps the bytes back with which an error came.
func (s *sealed) withheld(n int, err error) (int, error) {
	if err != nil && err != io.EOF {
		return 0, errors.Join(errDamaged, err)
	}
	return n, err
}

var errDamaged = errors.New("the bytes that S3 sent are not those of the object")
