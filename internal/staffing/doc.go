// Package staffing makes the sample data: a staffing agency's clients, jobs,
// candidates, submissions, placements and timesheets, as CSV.
//
// It promises:
//
//   - The same seed gives the same bytes, on every machine, for ever. A row
//     depends on the seed, its number and whether the scale is Large alone: not on
//     how many rows are written, in which order, or by how many goroutines.
//   - Every id that a row names is the id of a row that exists. Times follow
//     each other as they must, nothing lies after AsOf, and nobody works at two
//     places at once.
//   - The defects that Defects lists are planted, and no others of their kind
//     exist at the Small scale. Questions asks about them in SQL, and knows the
//     answers.
//   - Nobody in it lives: names are joined at random, phone numbers are of the
//     555-01xx block and e-mail addresses of the example domains, which are
//     reserved for fiction, and the social security numbers planted in resumes
//     are of a group that is never issued.
//
// The data comes in books of business: 200 clients with all that belongs to
// them, which is the Small scale. A greater scale is more books, at the Large
// one with twice the business in each; rows refer to rows of their own book
// only, so any number of whole books is closed, and any one of them can be
// generated alone. Within a book, a cell of two jobs owns 30 submissions and 3
// placements, so that relations are found by arithmetic.
package staffing
