"""onnxruntime as a peer: one request a line on standard input, one answer a line on standard
output, both JSON. Arguments: the graph, the texts, the tokenizer.

It has one thread. Texts of as many tokens go together, up to 512 tokens, which is quickest.
Reading text is left out of what is measured."""

import json
import os
import sys
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

TOGETHER = 512


def batches(tokenizer, texts):
    """The texts' numbers and tokens, those of as many tokens together."""
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order, made = sorted(range(len(ids)), key=lambda i: len(ids[i])), []
    while order:
        tokens = len(ids[order[0]])
        batch = [i for i in order[: max(1, TOGETHER // tokens)] if len(ids[i]) == tokens]
        order = order[len(batch) :]
        made.append((batch, np.array([ids[i] for i in batch], np.int64)))
    return made


def main():
    graph, texts, tokenizer = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is not an answer
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(tokenizer)
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    with open(texts) as file:
        kinds = {kind: batches(tokenizer, texts) for kind, texts in json.load(file).items()}
    for line in sys.stdin:
        request = json.loads(line)
        work = kinds[request["kind"]]
        wall, processor = time.perf_counter(), time.process_time()
        results = [session.run(None, {"ids": ids})[0] for _, ids in work]
        answer = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
        if request.get("vectors"):
            vectors = np.empty((sum(len(batch) for batch, _ in work), 384), np.float32)
            for (batch, _), result in zip(work, results):
                vectors[batch] = result
            answer["vectors"] = vectors.ravel().tolist()
        print(json.dumps(answer), file=answers, flush=True)


main()
