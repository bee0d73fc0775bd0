package service

// The address book of the fleet: every daemon's name and its well-known port.
var ports = map[string]int{
	"gateway":   3110,
	"storaged":  3211,
	"catalogd":  3212,
	"ingestd":   3213,
	"queryd":    3214,
	"vectord":   3215,
	"embedd":    3216,
	"pathwayd":  3217,
	"matrixd":   3218,
	"observerd": 3219,
	"chatd":     3220,
}

// Port gives the well-known port of a daemon, and whether the name is one.
func Port(name string) (port int, ok bool) {
	port, ok = ports[name]
	return port, ok
}
