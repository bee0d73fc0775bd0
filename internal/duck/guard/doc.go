// Package guard decides whether a statement may run, before anything of it is
// bound, opened or executed.
//
// It reads the syntax tree that DuckDB's own parser made of the statement
// (json_serialize_sql), so there is no second SQL parser to disagree with the
// first. What it promises about a statement that it lets pass:
//
//   - it is exactly one statement, and it only reads: a SELECT (VALUES, FROM,
//     TABLE, WITH), or DESCRIBE, SUMMARIZE, SHOW TABLES or EXPLAIN of one;
//   - every table it reads is in Statement.Tables, but for the names that its
//     own WITH clauses define where they are used;
//   - no table name looks like a file, and every table function is one of a
//     short list that touches nothing outside the statement;
//   - no function reads settings, sequences or names hidden in strings.
//
// Whatever the guard does not know, it refuses.
package guard
