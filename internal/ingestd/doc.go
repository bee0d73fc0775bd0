// Package ingestd turns files into checked versions of datasets.
//
// A file takes one way, each step before the next:
//
//	receive   the body is unpacked, spooled, hashed and scanned in one pass, by its
//	          format (packages csvscan and jsonscan, for Parquet parquetfile):
//	          dialect, record count, lossless types, bad rows. A text in another
//	          encoding or dialect is made usual UTF-8 and scanned once more
//	decide    the same content again is answered at once; drift and bad rows
//	          refuse the file; otherwise every column has its type and field id
//	convert   a sandboxed worker (package duck) reads the spool with explicit
//	          columns and writes Parquet, in the order of the rows
//	compare   the rows and NULLs of every column in the Parquet files are held
//	          against the scan's own counts
//	publish   the files are stored under names that hold their hash, and
//	          registered; the catalog's acknowledgement is ours
//
// Nothing is visible before the last step, but for bad rows, which are in their
// quarantine before the version that lacks them is there. A file that is lost on
// the way leaves a spool folder, which the next start removes, and perhaps objects
// that no version names, which the catalog's search for orphans removes. Memory
// does not grow with the file.
//
// An ingest may be of several files (batch), which agree upon their columns and
// become one version, and it may be a job: a request that is kept on disk, with its
// upload, until it has been done (jobs).
package ingestd
