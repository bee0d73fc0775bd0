"""A library of vectors as a peer: one request a line on standard input, one answer a
line on standard output, both JSON. The library is the first argument: hnswlib, faiss,
usearch-f32 or usearch-i8. Parameters are the engine's: M 16 (32 in the lowest level),
efConstruction 200. Vectors have length 1, so that the inner product is the cosine and
none has to normalise them."""

import importlib.metadata
import json
import mmap
import os
import sys
import time

import numpy as np

M, EF_CONSTRUCTION = 16, 200


class Hnswlib:
    def load(self):
        import hnswlib

        self.module = hnswlib

    def build(self, vectors, threads):
        self.index = self.module.Index(space="ip", dim=vectors.shape[1])
        self.index.init_index(max_elements=len(vectors), ef_construction=EF_CONSTRUCTION, M=M)
        self.index.add_items(vectors, num_threads=threads)

    def search(self, queries, k, ef, allowed):
        self.index.set_ef(ef)
        return self.index.knn_query(queries, k=k, num_threads=1)[0]

    def put(self, first, vectors):
        self.index.add_items(vectors, np.arange(first, first + len(vectors)), num_threads=1)

    def delete(self, ids):
        for i in ids:
            self.index.mark_deleted(i)


class Faiss:
    def load(self):
        import faiss

        self.module = faiss

    def build(self, vectors, threads):
        faiss = self.module
        faiss.omp_set_num_threads(threads)
        self.index = faiss.IndexHNSWFlat(vectors.shape[1], M, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = EF_CONSTRUCTION
        self.index.add(vectors)
        faiss.omp_set_num_threads(1)

    def search(self, queries, k, ef, allowed):
        params = self.module.SearchParametersHNSW(efSearch=ef)
        if allowed is not None:
            params.sel = self.module.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        return self.index.search(queries, k, params=params)[1]


class Usearch:
    def __init__(self, dtype):
        self.dtype = dtype

    def load(self):
        import usearch.index

        self.module = usearch.index

    def build(self, vectors, threads):
        self.index = self.module.Index(
            ndim=vectors.shape[1], metric="ip", dtype=self.dtype, connectivity=M, expansion_add=EF_CONSTRUCTION
        )
        self.index.add(np.arange(len(vectors)), vectors, threads=threads)

    def search(self, queries, k, ef, allowed):
        self.index.expansion_search = ef
        return self.index.search(queries, k, threads=1).keys


LIBRARIES = {
    "hnswlib": ("hnswlib", "hnswlib", Hnswlib),
    "faiss": ("faiss-cpu", "faiss HNSW", Faiss),
    "usearch-f32": ("usearch", "usearch f32", lambda: Usearch("f32")),
    "usearch-i8": ("usearch", "usearch i8", lambda: Usearch("i8")),
}


def read(path, dtype, dim=None):
    """An array in place: pages of the file do not count as memory of the process."""
    with open(path, "rb") as file:
        array = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype=dtype)
    return array.reshape(-1, dim) if dim else array


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("RssAnon"))


class Worker:
    def __init__(self, name):
        self.package, self.title, library = LIBRARIES[name]
        self.library = library()

    def version(self, request):
        self.library.load()
        return {"version": f"{self.title} {importlib.metadata.version(self.package)}"}

    def build(self, request):
        self.dim = request["dim"]
        vectors = read(request["path"], np.float32, self.dim)
        return self.timed(lambda: self.library.build(vectors, request["threads"]))

    def put(self, request):
        return self.timed(lambda: self.library.put(request["first"], read(request["path"], np.float32, self.dim)))

    def delete(self, request):
        ids = read(request["path"], np.int32)
        return self.timed(lambda: self.library.delete(ids))

    def mark(self, request):
        self.marks = {field: read(path, np.int32) for field, path in request["marks"].items()}
        return {}

    def search(self, request):
        queries = read(request["path"], np.float32, self.dim)
        allowed = self.marks[request["field"]] < request["below"] if request.get("field") else None
        return self.timed(lambda: self.library.search(queries, request["k"], request["ef"], allowed))

    def bytes(self, request):
        return {"bytes": resident()}

    def timed(self, work):
        wall, processor = time.perf_counter(), time.process_time()
        found = work()
        answer = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
        if found is not None:
            answer["ids"] = [[int(i) for i in row] for row in found]
        return answer


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is not an answer
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request["op"])(request)
        except Exception as error:
            answer = {"error": f"{sys.argv[1]}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


main()
