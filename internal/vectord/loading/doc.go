// Package loading fills indexes from statements: the rows of a SELECT become items. It knows
// of an index what its [Target] says, and nothing of names, routes or other indexes.
//
// What it promises:
//
//   - One load of an index runs at a time, and none while something runs that it would cross.
//   - A load that was begun ends: it goes on after a restart over the same versions, and
//     waits for storaged, queryd and embedd while they are away. One that was refused, was
//     cancelled or has ended is not done again, unless storaged takes neither its end nor its
//     removal, which the log tells.
//   - Rows are taken whole and all of them, or the load says that they were not: what is
//     missing is deleted only where every row was read.
//   - Rows that the index holds already are not written, nor are vectors of their texts made
//     again, unless they may be of another column or that is forced. Each id is counted once,
//     by the most that became of it, however often the load is tried.
//   - When a load is told as ended, no change of it is under way.
package loading
