package fleet

import (
	"errors"
	"net"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Offsets that are tried for a free set of ports: far enough apart that two
// fleets never overlap.
const (
	offsetStep = 200
	offsetMax  = 60_000
)

// FreeOffset finds a port offset at which every daemon's port is free now,
// beginning with none. The ports are not held: a start may still lose one to
// another program, and says so.
func FreeOffset(c Config) (int, error) {
	for offset := 0; offset <= offsetMax; offset += offsetStep {
		if allFree(c, offset) {
			return offset, nil
		}
	}
	return 0, errors.New("no free set of ports was found; stop another fleet or choose --port-offset yourself")
}

func allFree(c Config, offset int) bool {
	for _, m := range c.members() {
		port, _ := service.Port(m.name)
		l, err := net.Listen("tcp", net.JoinHostPort(c.Fleet.Bind, strconv.Itoa(port+offset)))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}
