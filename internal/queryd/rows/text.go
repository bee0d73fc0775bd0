package rows

import (
	"bytes"
	"strings"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s, which is UTF-8, as a JSON string.
func AppendString(dst []byte, s string) []byte {
	plain := plainPrefix(s)
	dst = append(append(dst, '"'), s[:plain]...)
	from := plain
	for i := plain; i < len(s); i++ {
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

// plainPrefix tells how many bytes of s surely need no escaping, eight at a time.
func plainPrefix(s string) (n int) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(s); n += 8 {
		b := s[n : n+8]
		w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		quote, backslash := w^('"'*ones), w^('\\'*ones)
		// The top bit of a byte below ' ', or that is one of the two; others only above such.
		if ((w-' '*ones)&^w|(quote-ones)&^quote|(backslash-ones)&^backslash)&tops != 0 {
			break
		}
	}
	return n
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
