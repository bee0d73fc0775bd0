package rows

import (
	"bytes"
	"strings"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s, which is UTF-8, as a JSON string.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// appendField appends s as a CSV field: in quotes where it holds what would end
// it, and where it is empty, so that it is not NULL.
func appendField(dst []byte, s string) []byte {
	if s != "" && !strings.ContainsAny(s, "\",\r\n") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		dst = append(append(dst, s[:i+1]...), '"')
		s = s[i+1:]
	}
	return append(append(dst, s...), '"')
}

// quoteTail makes a quoted CSV field of what dst holds from start on.
func quoteTail(dst []byte, start int) []byte {
	from, quotes := len(dst), bytes.Count(dst[start:], []byte{'"'})
	dst = append(dst, make([]byte, quotes+2)...)
	to := len(dst) - 1
	dst[to] = '"'
	for from > start {
		from--
		to--
		dst[to] = dst[from]
		if dst[from] == '"' {
			to--
			dst[to] = '"'
		}
	}
	dst[start] = '"'
	return dst
}
