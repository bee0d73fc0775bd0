// Package duck runs DuckDB, in sandboxed worker processes and nowhere else.
//
// The program executes itself again as a worker (see Main), one statement or
// one job at a time in each, behind three walls that hold independently:
//
//   - the guard: a query is parsed by DuckDB's own parser, and only statements
//     that read the tables they are given pass (package guard);
//   - the instance: private, in memory, opened with external access off but for
//     the folders it serves, its configuration locked and read back;
//   - the kernel: no files but those folders, no sockets, no execution, bounded
//     memory (package sandbox).
//
// Where files are objects in S3 ([S3]), the instance may read the objects of one set
// of views alone, and the kernel lets the worker connect to S3's port.
//
// A worker has built its walls before it reads a byte that comes from outside.
// What it cannot do to itself the parent does: it watches the worker's memory
// and the statement's context, and kills. A worker that crashes, hangs or swells
// costs one statement, whose Error says which bound was broken; no worker
// outlives its Pool, not even when the parent is killed.
//
// Each statement runs in a transaction of the worker's one session, which holds the
// views of its tables and is rolled back behind it; where it cannot be, the worker
// ends. Of a session DuckDB counts the progress, which a Gauge reads meanwhile. The
// threads of a statement are the one that takes its result and a crew, which helps
// where there is work for several; DuckDB itself has none.
//
// Results stream as Arrow IPC, in batches of up to 64 Ki rows or about 1 MiB, the
// first as soon as it can be, and none held back for more than a moment once
// DuckDB has handed it out: nobody holds a whole result in memory.
package duck
