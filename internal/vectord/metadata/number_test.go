package metadata_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Whole numbers of 64 bits are equal to themselves alone, however they are written.
func TestNumbersAtTheEndsOf64Bits(t *testing.T) {
	written := [][]string{ // in order, those of a line equal
		{"-18446744073709551616", "-1.8446744073709551616e19"},
		{"-9223372036854775808", "-9223372036854775808.0", "-9.223372036854775808e18"},
		{"-9223372036854775807"},
		{"-1", "-1.0"},
		{"0", "-0", "-0.0", "0e5"},
		{"9007199254740992", "9007199254740992.0"},
		{"9007199254740993"},
		{"9223372036854775806"},
		{"9223372036854775807"},
		{"9223372036854775808", "9223372036854775808.0", "9223372036854775807.0"}, // a point makes it a float64
	}
	s := metadata.New()
	var items []string
	var group []int
	for i, line := range written {
		for _, number := range line {
			items, group = append(items, fmt.Sprintf(`{"n":%s}`, number)), append(group, i)
		}
	}
	keep(t, s, items...)
	for i, line := range written {
		for _, number := range line {
			var equal, less, most []uint32
			for slot, g := range group {
				switch {
				case g == i:
					equal = append(equal, uint32(slot))
					most = append(most, uint32(slot))
				case g < i:
					less = append(less, uint32(slot))
					most = append(most, uint32(slot))
				}
			}
			for filter, want := range map[string][]uint32{`{"n":%s}`: equal, `{"n":{"in":[%s]}}`: equal, `{"n":{"lt":%s}}`: less, `{"n":{"lte":%s}}`: most} {
				if got := match(t, s, fmt.Sprintf(filter, number)); !slices.Equal(got, want) && len(got)+len(want) > 0 {
					t.Errorf(filter+" matches %v, want %v", number, got, want)
				}
			}
		}
	}
}

// A whole number that would be kept as another one is refused, in an item and in a filter.
func TestWholeNumbersThatDoNotFit(t *testing.T) {
	for _, number := range []string{"18446744073709551615", "-9223372036854775809", "123456789012345678901234567890", "1" + strings.Repeat("0", 400), "9223372036854775809"} {
		_, err := metadata.Read([]byte(`{"person":{"tax_id":[1,` + number + `]}}`))
		if err == nil || !strings.Contains(err.Error(), "person.tax_id: ") || !strings.Contains(err.Error(), "write it as text") {
			t.Errorf("%.40s in an item: %v", number, err)
		}
		for _, filter := range []string{`{"tax_id":%s}`, `{"tax_id":{"in":["a",%s]}}`, `{"not":{"tax_id":{"gte":%s}}}`} {
			var wrong *metadata.FilterError
			if _, err := metadata.ParseFilter(fmt.Appendf(nil, filter, number)); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "tax_id") || !strings.Contains(err.Error(), "write it as text") || len(err.Error()) > 250 {
				t.Errorf("%.60s in a filter: %v", filter, err)
			}
		}
	}
	if _, err := metadata.Read([]byte(`{"tax_id":"123456789012345678901234567890","mass":1.5e30}`)); err != nil {
		t.Error(err)
	}
}
