package service

import (
	"fmt"
	"maps"
	"slices"
)

// maxPort is the highest port that there is.
const maxPort = 65535

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

// CheckPortOffset returns what keeps offset from being added to every well-known
// port, worded to follow the name of the setting.
func CheckPortOffset(offset int) error {
	most := maxPort - slices.Max(slices.Collect(maps.Values(ports)))
	if offset < 0 || offset > most {
		return fmt.Errorf("%d puts a port out of range; it has to be from 0 to %d", offset, most)
	}
	return nil
}

// Port gives the well-known port of a daemon, and whether the name is one.
func Port(name string) (port int, ok bool) {
	port, ok = ports[name]
	return port, ok
}
