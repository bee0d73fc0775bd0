// Package mcpd bridges the gateway's /v1 to clients of the Model Context Protocol, such as
// Claude Desktop and Claude Code: tools, resources and prompts over standard input and
// output, by which a model looks into the lakehouse.
//
// What it promises:
//
//   - It reads, and nothing that it calls can change anything: a read token is enough for
//     all of it, and what a statement may do is walled in by the engine, not here.
//   - It starts and lists what it has without calling anybody; nothing is kept between two
//     calls, so a restart of it, of the gateway or of a daemon loses nothing.
//   - Answers are small: columns once, rows as arrays, a bound in bytes, and a way to the
//     rest. What was cut says so, and a vector is never written out.
//   - The pages of a statement are pages of one result. Where the rows before a page are not
//     what they were, the page is refused.
//   - What goes wrong in the fleet is a result that is marked as an error, with the code,
//     the detail and what to do; it is waited for a moment first where the fleet says that
//     it may pass.
//
// Both revisions of the protocol that clients speak, 2026-07-28 and 2025-11-25, are mcp-go's.
package mcpd
