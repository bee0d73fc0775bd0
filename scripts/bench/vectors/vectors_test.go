package main

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestTheVectorsAreTheSameOnAnyMachine(t *testing.T) {
	const dim = 40
	path := filepath.Join(t.TempDir(), "made.f32")
	if err := newMaker(usual, dim, 1500).file(path, 5, 1505); err != nil {
		t.Fatal(err)
	}
	list, err := read[float32](path)
	if err != nil || len(list) != 1500*dim {
		t.Fatalf("%d numbers, %v", len(list), err)
	}
	var bytes []byte
	for _, x := range list {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
	}
	if got := crc32.ChecksumIEEE(bytes); got != 0x2ab7b61 {
		t.Errorf("the checksum is %#x", got)
	}
	for i, v := range rows(list, dim) {
		squares := 0.0
		for _, x := range v {
			squares += float64(x) * float64(x)
		}
		if math.Abs(squares-1) > 1e-5 {
			t.Fatalf("vector %d has the squared length %v", i, squares)
		}
	}
}

func TestTruthAndRecall(t *testing.T) {
	base := []float32{1, 0, 0, 1, .6, .8, -1, 0, .8, .6}
	queries := [][]float32{{1, 0}, {0, 1}, {-1, 0}}
	got := truth(base, queries, 2, 2, nil)
	if want := [][]int{{0, 4}, {1, 2}, {3, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the nearest are %v, want %v", got, want)
	}
	odd := truth(base, queries, 2, 3, func(id int) bool { return id%2 == 1 })
	if want := [][]int{{1, 3}, {1, 3}, {3, 1}}; !reflect.DeepEqual(odd, want) {
		t.Errorf("the nearest odd ones are %v, want %v", odd, want)
	}
	part, short := recall([][]int{{4, 0}, {2, 3}, {3, -1}}, got)
	if part != 4./6 || short != 1 {
		t.Errorf("recall %v, %d short", part, short)
	}
}

func TestTuneFindsTheSmallestEf(t *testing.T) {
	for _, want := range []int{10, 11, 47, 640, 1999} {
		asked := 0
		got, err := tune(10, func(ef int) (float64, error) {
			asked++
			return .95 + float64(ef-want)/1e5, nil
		})
		if err != nil || got.ef != want || asked > 20 {
			t.Errorf("ef %d after %d searches, %v; want %d", got.ef, asked, err, want)
		}
	}
	got, err := tune(10, func(ef int) (float64, error) { return min(.93, float64(ef)/100), nil })
	if err != nil || got != (setting{160, .93}) {
		t.Errorf("where .93 is all there is: %+v, %v", got, err)
	}
}

// The engine's side of the conversation, from an index to answers with a filter and
// without what was deleted.
func TestTheEngineAnswers(t *testing.T) {
	const n, dim = 600, 16
	dir := t.TempDir()
	base, marks, gone := filepath.Join(dir, "base"), filepath.Join(dir, "marks"), filepath.Join(dir, "gone")
	if err := newMaker(usual, dim, n).file(base, 0, n); err != nil {
		t.Fatal(err)
	}
	numbers, deleted := make([]int32, n), []int32{1, 2, 3}
	for i := range numbers {
		numbers[i] = int32(i)
	}
	for path, list := range map[string][]int32{marks: numbers, gone: deleted} {
		if err := os.WriteFile(path, bytesOf(list), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	toServer, fromServer := io.Pipe()
	toClient, answers := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- (&server{}).serve(toServer, answers) }()
	requests, replies := json.NewEncoder(fromServer), json.NewDecoder(toClient)
	do := func(r request) (a answer) {
		t.Helper()
		if err := requests.Encode(r); err != nil {
			t.Fatal(err)
		}
		if err := replies.Decode(&a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	built := do(request{Op: "build", Path: base, Dim: dim, Threads: 1, Room: n + 100})
	if built.Processor <= 0 || built.Wall <= 0 {
		t.Errorf("building took %+v", built)
	}
	do(request{Op: "mark", Marks: map[string]string{"rank": marks}, Limits: []int{50}})
	do(request{Op: "delete", Path: gone, Threads: 1})
	for id, list := range do(request{Op: "search", Path: base, K: 10, Ef: 50, Field: "rank", Below: 50}).IDs {
		for _, found := range list {
			if found >= 50 || found >= 1 && found <= 3 {
				t.Errorf("query %d: %v", id, list)
			}
		}
		if len(list) != 10 || id < 50 && (id < 1 || id > 3) && list[0] != id {
			t.Errorf("query %d, which is vector %d: %v", id, id, list)
		}
	}
	fromServer.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestNoLevelIsMeasuredUnderTheNameOfAnother(t *testing.T) {
	if code := serveMain("avx1024", "int8"); code == 0 {
		t.Error("a level that is not there is measured")
	}
}
