package gateway

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Config is the section [gateway].
type Config struct {
	// Deployed names the daemons of this fleet. The paths of any other answer
	// that it is not deployed.
	Deployed []string `toml:"deployed"`
	// How long a daemon may take from the end of a request to the header of its
	// answer. The answer itself may take as long as it likes.
	AnswerTimeout service.Duration `toml:"answer_timeout"`
	IngestTimeout service.Duration `toml:"ingest_timeout"` // files are converted or copied before the answer
	SQLTimeout    service.Duration `toml:"sql_timeout"`    // above queryd's own longest query
	EmbedTimeout  service.Duration `toml:"embed_timeout"`  // above embedd's own timeout and its two waits
	ProbeTimeout  service.Duration `toml:"probe_timeout"`  // per daemon, for /v1/health
}

// Defaults is the configuration that works without a file. Its fleet is of every
// daemon that this release has.
func Defaults() Config {
	return Config{
		Deployed:      []string{"storaged", "catalogd", "ingestd", "queryd", "vectord", "embedd"},
		AnswerTimeout: service.Duration(time.Minute),
		IngestTimeout: service.Duration(2 * time.Hour),
		SQLTimeout:    service.Duration(time.Hour),
		EmbedTimeout:  service.Duration(8 * time.Minute),
		ProbeTimeout:  service.Duration(time.Second),
	}
}

// Check returns what of the section cannot work.
func (c Config) Check() error {
	for _, name := range c.Deployed {
		if !slices.ContainsFunc(c.mounts(), func(m mount) bool { return m.daemon == name }) {
			return fmt.Errorf("[gateway] deployed: there is no daemon %q behind the gateway; known: %s", name, strings.Join(c.daemons(), ", "))
		}
	}
	if c.ProbeTimeout <= 0 {
		return fmt.Errorf("[gateway] probe_timeout must be above 0")
	}
	return nil
}

func (c Config) daemons() []string {
	var names []string
	for _, m := range c.mounts() {
		names = append(names, m.daemon)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
