// Package wire is what crosses HTTP between the daemons and their clients.
//
// It promises four things, alike for every daemon:
//
//   - An error is an RFC 9457 problem document with a stable snake_case code.
//     A [Kind] names one such code and its status; a [Problem] is one
//     occurrence. The [Client] gives a received problem back as an error for
//     which errors.Is(err, kind) holds, so a code survives any number of hops.
//   - JSON in is strict: an unknown field, a key given twice, trailing data or an
//     unknown query parameter is refused by name. Numbers are never decoded
//     through float64.
//   - A request's id and W3C trace context travel in its context.Context and go
//     out with every call made on its behalf.
//   - A peer that does not answer is a 503 that names the peer and says when to
//     come again, never a bare connection error.
//
// The package imports only the standard library; everything else imports it.
package wire
