"""Makes real vectors: descriptions of Debian's packages, embedded by all-MiniLM-L6-v2.

Arguments: the model's folder, a file of descriptions as apt keeps it (Translation-en),
the folder of the vectors, how many there are to be, and how many queries. What is
searched in are descriptions, of which the first 64 tokens count; what is searched for
are the one-line summaries of other packages. Which packages these are follows from their
names alone. The vectors are float32 in the machine's order, of length 1, end to end.

The model is computed here, by numpy: texts of as many tokens go together, so that there
is no padding, and no mask."""

import hashlib
import json
import os
import sys

import numpy as np
from tokenizers import Tokenizer

TOKENS, HEADS, BATCH = 64, 12, 4


def load(path):
    """The arrays of a file of safetensors, by name."""
    with open(path, "rb") as file:
        raw = file.read()
    size = int.from_bytes(raw[:8], "little")
    arrays = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            arrays[name] = np.frombuffer(raw[8 + size + begin : 8 + size + end], np.float32).reshape(entry["shape"])
    return arrays


def erf(x):
    """To 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    p = np.float32(1.061405429)
    for c in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        p = p * t + np.float32(c)
    return np.sign(x) * (1 - p * t * np.exp(-x * x))


class Model:
    def __init__(self, folder, tokens=TOKENS):
        self.arrays = load(f"{folder}/model.safetensors")
        self.layers = sum(name.endswith("attention.self.query.weight") for name in self.arrays)
        self.tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(tokens)

    def linear(self, name, x):
        return x @ self.arrays[f"{name}.weight"].T + self.arrays[f"{name}.bias"]

    def norm(self, name, x):
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(1e-12))
        return x * self.arrays[f"{name}.weight"] + self.arrays[f"{name}.bias"]

    def attend(self, layer, x):
        n, tokens, width = x.shape

        def heads(name):
            return self.linear(f"{layer}.attention.self.{name}", x).reshape(n, tokens, HEADS, -1).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.sqrt(np.float32(width // HEADS))
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed = (weights @ heads("value")).transpose(0, 2, 1, 3).reshape(n, tokens, width)
        return self.norm(f"{layer}.attention.output.LayerNorm", x + self.linear(f"{layer}.attention.output.dense", mixed))

    def embed(self, ids):
        """The vectors of texts of as many tokens."""
        a = self.arrays
        x = a["embeddings.word_embeddings.weight"][ids] + a["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self.norm("embeddings.LayerNorm", x + a["embeddings.token_type_embeddings.weight"][0])
        for i in range(self.layers):
            layer = f"encoder.layer.{i}"
            x = self.attend(layer, x)
            wide = self.linear(f"{layer}.intermediate.dense", x)
            wide = wide * (1 + erf(wide * np.float32(0.5**0.5))) * np.float32(0.5)
            x = self.norm(f"{layer}.output.LayerNorm", x + self.linear(f"{layer}.output.dense", wide))
        mean = x.mean(1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def all(self, texts):
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        vectors = np.empty((len(ids), 384), np.float32)
        done, told = 0, 0
        while done < len(order):
            length = len(ids[order[done]])
            batch = [i for i in order[done : done + BATCH] if len(ids[i]) == length]
            vectors[batch] = self.embed(np.array([ids[i] for i in batch]))
            done += len(batch)
            if done - told >= 2000 or done == len(order):
                told = done
                print(f"bench: {done} of {len(order)} texts are embedded", file=sys.stderr, flush=True)
        return vectors


def descriptions(path):
    """Of each package its summary and its description, no text twice."""
    seen, found = set(), []
    with open(path, encoding="utf-8") as file:
        for paragraph in file.read().split("\n\n"):
            head, _, text = paragraph.partition("\nDescription-en: ")
            if not text or text in seen:
                continue
            seen.add(text)
            summary, _, rest = text.partition("\n")
            lines = [line.strip() for line in rest.split("\n")]
            name = head.partition("\n")[0].removeprefix("Package: ")
            found.append((hashlib.sha256(name.encode()).digest(), summary, " ".join(line for line in lines if line != ".")))
    return [(summary, rest) for _, summary, rest in sorted(found)]


def main():
    folder, source, out, count, queries = sys.argv[1:]
    count, queries = int(count), int(queries)
    packages = descriptions(source)
    if len(packages) < count + queries:
        raise SystemExit(f"bench: there are {len(packages)} descriptions, too few")
    model = Model(folder)
    os.makedirs(out, exist_ok=True)
    base = [f"{summary}. {rest}" for summary, rest in packages[:count]]
    asked = [summary for summary, _ in packages[count : count + queries]]
    for name, texts in (("queries", asked), ("base", base)):
        model.all(texts).tofile(f"{out}/{name}.part")
        os.rename(f"{out}/{name}.part", f"{out}/{name}.f32")


if __name__ == "__main__":
    main()
