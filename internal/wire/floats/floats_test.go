package floats_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

func TestVectorsAreReadAsTheyAreWritten(t *testing.T) {
	want := floats.Vector{0, -1, 0.1, 1e-7, 3.4028235e38, 1.1754944e-38, 16777216, -2.5e10}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got floats.Vector
	if err := json.Unmarshal(raw, &got); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %v, %v", raw, got, err)
	}
	if _, err := json.Marshal(floats.Vector{float32(math.NaN())}); err == nil {
		t.Error("NaN was written")
	}
}

func TestWhatIsNoVectorIsRefused(t *testing.T) {
	for text, want := range map[string]floats.Vector{
		`[]`: {}, ` [ 1 , 2.5e0
		] `: {1, 2.5}, `null`: nil, `[1e39]`: {float32(math.Inf(1))}, `[-0.0]`: {0},
	} {
		got := floats.Vector{7}
		if err := json.Unmarshal([]byte(text), &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`"a"`, `{}`, `1`, `[null]`, `["1"]`, `["a b"]`, `[true]`, `[[1]]`, `[{"a":1}]`, `[1,]`, `[,1]`, `[1 2]`, `[0x10]`, `[Inf]`, `["],"]`} {
		var got floats.Vector
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s was read as %v", text, got)
		}
	}
}

// Every number is the float32 that is nearest to it, as strconv has it.
func TestNumbersAreTheNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300_000 {
		f := math.Float32frombits(r.Uint32())
		text := strconv.FormatFloat(float64(f), "eg"[r.IntN(2)], r.IntN(22)-1, 32<<r.IntN(2))
		if r.IntN(4) == 0 { // beside the middle of two
			text = strconv.FormatFloat((float64(f)+float64(math.Nextafter32(f, 2)))/2, 'g', 10+r.IntN(12), 64)
		}
		if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
			continue
		}
		want, _ := strconv.ParseFloat(text, 32)
		for _, last := range []string{"]", ", 1.0000000000000000]"} { // how many bytes follow may matter
			var got floats.Vector
			if err := json.Unmarshal([]byte("["+text+last), &got); err != nil || math.Float32bits(got[0]) != math.Float32bits(float32(want)) {
				t.Fatalf("%s%s: %v, %v, want %v", text, last, got, err, want)
			}
		}
	}
}

func FuzzVector(f *testing.F) {
	f.Add([]byte(`[1, 2.5e-3 ,-0]`))
	f.Add([]byte(`["a,b"]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got floats.Vector
		var want []*float64
		errGot, errWant := json.Unmarshal(raw, &got), json.Unmarshal(raw, &want)
		if errWant == nil && slices.Contains(want, nil) {
			return // encoding/json takes null for a number
		}
		if errGot == nil && errWant == nil {
			for i := range want {
				if len(got) != len(want) || got[i] != float32(*want[i]) && math.Abs(float64(got[i])/(*want[i])-1) > 1e-7 {
					t.Errorf("%s: %v", raw, got)
				}
			}
		}
		if errWant == nil && errGot != nil || errWant != nil && errGot == nil && json.Valid(raw) && !bigNumber(got) {
			t.Errorf("%s: %v, and encoding/json says %v", raw, errGot, errWant)
		}
	})
}

func TestManyVectorsAreReadAtOnce(t *testing.T) {
	for text, want := range map[string][]floats.Vector{
		`[]}`: {}, `[[1,-2.5e1],[0.5]] , "k": 3}`: {{1, -25}, {.5}}, "[ [ 1 ]\n,\t[ ] ]}": {{1}, {}},
	} {
		list, length, ok := floats.ReadVectors([]byte(text), 10_000, floats32)
		if !ok || !reflect.DeepEqual(list, want) || text[length-1] != ']' || !json.Valid([]byte(text[:length])) {
			t.Errorf("%s: %v, %d, %v", text, list, length, ok)
		}
	}
	for _, text := range []string{``, `}`, `[[1]]`, `[[1]`, `[[1}`, `[[1],}`, `[1]}`, `[[1],]}`, `[,[1]]}`, `[[1] [2]]}`, `[[1]]]]`, `[null]}`, `[["a"]]}`,
		`[[01]]}`, `[[1.]]}`, `[[.5]]}`, `[[-]]}`, `[[+1]]}`, `[[1e]]}`, `[[1e+]]}`, `[[1.2.3]]}`, `[[1,]]}`, `[[[1]]]}`, `[[0x1]]}`, `[[--1]]}`} {
		if list, _, ok := floats.ReadVectors([]byte(text), 10_000, floats32); ok {
			t.Errorf("%s was read as %v", text, list)
		}
	}
}

// Of what is no vector the value that is to blame is told by its place and its kind.
func TestWhatIsNoNumberIsNamedByItsPlace(t *testing.T) {
	for text, want := range map[string]string{`[1,null,3]`: "and number 2 of it is null", `[null]`: "and number 1 of it is null", `["a",2]`: "and number 1 of it is a text", `"a"`: "and not a text"} {
		var v floats.Vector
		if err := json.Unmarshal([]byte(text), &v); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What is taken is JSON, and says what encoding/json says that it does.
func FuzzReadVectors(f *testing.F) {
	for _, text := range []string{`[[1,2.5e-3],[ -0 ]]`, `[]`, `[[1.,01]]`, `[[1e5],[null]]`, `[[],[]] ,"a":[1]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text := append(bytes.Clone(raw), '}')
		list, length, ok := floats.ReadVectors(text, 10_000, floats32)
		var want []floats.Vector
		if !ok {
			if json.Unmarshal(raw, &want) == nil && raw[0] == '[' && !bytes.Contains(raw, []byte("null")) {
				t.Errorf("%s was not read", raw)
			}
			return
		}
		if err := json.Unmarshal(text[:length], &want); err != nil || !reflect.DeepEqual(list, want) {
			t.Errorf("%s: %v, and encoding/json says %v, %v", raw, list, want, err)
		}
	})
}

// bigNumber tells a vector with a number that is beyond float32.
func bigNumber(v floats.Vector) bool {
	return slices.ContainsFunc(v, func(f float32) bool { return math.IsInf(float64(f), 0) })
}

// floats gives room that holds what was there before.
func floats32(n int) []float32 { return slices.Repeat([]float32{7}, n) }
