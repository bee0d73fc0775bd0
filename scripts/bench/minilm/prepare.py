"""Makes what the bench of the built-in model needs: the model as ONNX graphs, in float32
and quantised dynamically by onnxruntime, and texts of several lengths.

Arguments: the model's folder, a file of descriptions as apt keeps it, the folder of what is
made. The graph is for texts of as many tokens each, so that it has no padding and no mask,
and it uses ONNX's own operators for normalisation and GELU: no exported graph is quicker."""

import json
import os
import sys

import numpy as np
from embed import HEADS, descriptions, load
from onnx import TensorProto, helper, numpy_helper, save
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

WIDTH, TOKENS = 384, 256


class Graph:
    def __init__(self, arrays):
        self.arrays, self.nodes, self.constants = arrays, [], []

    def constant(self, value):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [f"{kind}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x, *names):
        weights = np.concatenate([self.arrays[f"{name}.weight"] for name in names]).T
        biases = np.concatenate([self.arrays[f"{name}.bias"] for name in names])
        return self.node("Add", self.node("MatMul", x, self.constant(weights)), self.constant(biases))

    def norm(self, name, x):
        weight, bias = (self.constant(self.arrays[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.node("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12)

    def embed(self):
        words, positions, kinds = (self.arrays[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type"))
        tokens = self.node("Slice", self.node("Shape", "ids"), self.constant(np.array([1])), self.constant(np.array([2])))
        at = self.node("Slice", self.constant(positions + kinds[0]), self.constant(np.array([0])), tokens)
        x = self.node("Add", self.node("Gather", self.constant(words), "ids"), at)
        return self.norm("embeddings.LayerNorm", x)

    def attend(self, layer, x):
        own = f"{layer}.attention.self"
        split, join = self.constant(np.array([0, 0, HEADS, -1])), self.constant(np.array([0, 0, WIDTH]))
        parts = self.node("Split", self.linear(x, f"{own}.query", f"{own}.key", f"{own}.value"), outputs=3, axis=-1, num_outputs=3)
        q, k, v = (
            self.node("Transpose", self.node("Reshape", part, split), perm=perm)
            for part, perm in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        )
        scale = self.constant(np.float32((WIDTH / HEADS) ** -0.5))
        scores = self.node("Softmax", self.node("Mul", self.node("MatMul", q, k), scale), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", scores, v), perm=[0, 2, 1, 3])
        return self.linear(self.node("Reshape", mixed, join), f"{layer}.attention.output.dense")

    def build(self):
        x = self.embed()
        for i in range(sum(name.endswith("attention.self.query.weight") for name in self.arrays)):
            layer = f"encoder.layer.{i}"
            x = self.norm(f"{layer}.attention.output.LayerNorm", self.node("Add", x, self.attend(layer, x)))
            wide = self.node("Gelu", self.linear(x, f"{layer}.intermediate.dense"))
            x = self.norm(f"{layer}.output.LayerNorm", self.node("Add", x, self.linear(wide, f"{layer}.output.dense")))
        mean = self.node("ReduceMean", x, self.constant(np.array([1])), keepdims=0)
        self.nodes.append(helper.make_node("LpNormalization", [mean], ["vectors"], axis=-1, p=2))
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])
        vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])
        graph = helper.make_graph(self.nodes, "minilm", [ids], [vectors], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def cut(tokenizer, text, tokens):
    """As many words of a text as have so many tokens at most."""
    words = text.split()
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if len(tokenizer.encode(" ".join(words[:middle])).ids) <= tokens:
            low = middle
        else:
            high = middle - 1
    return " ".join(words[:low])


def texts(tokenizer, packages):
    """Texts of each kind, the first ones of that length."""

    def first(count, fits, candidates):
        return [text for text in candidates if fits(len(tokenizer.encode(text).ids))][:count]

    summaries, whole = [summary for summary, _ in packages[:2000]], [f"{summary}. {rest}" for summary, rest in packages[:4000]]
    long = first(64, lambda n: n > TOKENS, whole)
    return {
        "real": whole[:250] + summaries[1000:1250],
        "short": first(512, lambda n: 10 <= n <= 18, summaries),
        "128": [cut(tokenizer, text, 128) for text in long],
        "256": long[:32],
    }


def main():
    folder, source, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    save(Graph(load(f"{folder}/model.safetensors")).build(), f"{out}/float32.onnx")
    quantize_dynamic(f"{out}/float32.onnx", f"{out}/int8.onnx", weight_type=QuantType.QInt8)
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    made = texts(tokenizer, descriptions(source))
    with open(f"{out}/texts.json.part", "w") as file:
        json.dump(made, file)
    os.rename(f"{out}/texts.json.part", f"{out}/texts.json")


if __name__ == "__main__":
    main()
