// Package storaged is the daemon that keeps objects: on the local disk
// (package local) or in S3 (package s3), a bucket at a time. What it promises is
// said in package storage; both backends pass one conformance suite.
//
// This package is the HTTP side, alike for both: keys and buckets out of the
// request, the caps on an object's size and on concurrent writes, digests,
// preconditions, ranges. A body goes to its backend as it comes and is never held
// whole, beyond the one part that S3 takes at least.
package storaged
