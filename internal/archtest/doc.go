// Package archtest holds, as tests, the rules that keep this code base one
// piece: who may import whom, what every package documents, what no file may
// contain. A rule that matters is executed; one that is only written down is
// forgotten.
//
// The tests read the source with go/parser and build nothing, so they take
// under a second and their result is cached until a file changes. Every failure
// says why its rule exists. A new package under internal is placed on a floor
// in floors_test.go; where that is hard, the package is in the wrong place.
package archtest
