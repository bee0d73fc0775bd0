// Package queryd is the daemon that answers one SELECT over the catalog.
//
// A statement passes through here in this order: an answer that is there already
// (results), else a place in the queue (gate), a sandboxed worker that parses it and
// names its tables (package duck), the version of each table (resolve), its files on disk (source), the run,
// the making of its answer (answer, package rows), and the way of that to the
// client (output, delivery). Whatever fails before the
// first byte of the answer is a problem document; whatever fails later aborts
// the connection.
//
// An answer in JSON is held back up to 8 MiB, so that nearly every failure comes
// as a problem and not as an abort; the header of a stream goes out with its
// first batch of rows.
//
// An answer may be up to 8 MiB ahead of its client. One that is made gives its
// turn free, and waits for its client in memory, as far as a bound for all of
// them allows. So a client holds a turn only while it is that far behind, and
// loses it when nothing more can be sent to it for StallTimeout. Memory does not
// grow with a result.
//
// The deadline of a statement covers everything from its arrival to the last
// byte of its answer: the catalog keeps the files of old versions for as long as
// the longest query may take.
//
// A view is resolved with all that it reads, each name once, and made in the worker from
// the text of its version (view). Its registration comes here too, to be bound, and goes
// on to catalogd.
//
// Files are read in place where this daemon sees the same disk as storaged
// (access "local"), else straight from their bucket where that is in S3 and DuckDB's
// extension for it is here (access "s3"), else fetched once into a bounded cache
// (access "cache", package objectcache).
package queryd
