package wire

import (
	"errors"
	"net"
)

// Refused tells that the peer itself answered a call with an error, so that it did
// nothing. After any other error but one of [Unsent] the call may have done its work, or
// do it yet.
func Refused(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Kind.Code != ErrUnavailable.Code && p.Kind.Code != codeBadAnswer
}

// Unsent tells that a call reached nobody.
func Unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// codeBadAnswer is that of an answer that no daemon gives: what came of the call is not
// known.
const codeBadAnswer = "bad_answer"
