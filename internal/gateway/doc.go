// Package gateway is the edge of the fleet: one /v1 over all daemons.
//
// What it promises:
//
//   - A path under /v1 is a daemon's own path, and its request and its answer
//     pass byte for byte, in both directions as they come: nothing is held back
//     to be whole, trailers and early answers included.
//   - It asks for a valid token before anything is passed on; whether the token
//     may write is the daemon's to decide. What proves a request's way here
//     (Origin, forwarding headers) is checked here and ends here.
//   - A daemon that is down is a 503 that names it and says when to come again,
//     one that is not deployed a 503 that says so, one that takes too long a
//     504. An answer that breaks off upstream breaks off here, so that nobody
//     takes half of one for the whole. A client that leaves ends its work in
//     the daemon.
//   - No user of the storage API can write or delete under the folders that
//     belong to the daemons.
//   - The specification and its viewer need no daemon and no network.
//
// It keeps nothing.
package gateway
