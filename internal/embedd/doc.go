// Package embedd is the daemon that makes vectors of texts. What it promises is said by its
// contract, package embedding.
//
// A request waits for a permit where its body is of any size, and again before anything is made
// of its texts, so that what all requests together hold in memory is bounded. Each of its texts
// then has a key, of which everything is part that its vector depends on: the model, its
// revision, the prefix, the text. Package memo finds what is known or under way, and has the
// rest made in batches: by the model that is built in, or by a provider elsewhere (package
// remote). The answer is written as it is encoded.
package embedd
