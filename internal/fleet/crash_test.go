package fleet_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// How long the run is, what its dice are and what it runs on may be chosen; see
// docs/CONTRIBUTING.md.
const (
	envCrashKills   = "CRASH_KILLS"
	envCrashSeed    = "CRASH_SEED"
	envCrashBackend = "CRASH_BACKEND" // local or minio
)

const (
	crashClients = 3
	quickKills   = 10
	atTheEnd     = 6 // kills of all daemons together
	// progressEvery is after how many kills a long run says how far it is.
	progressEvery = 25
)

// A fleet of which any process is killed at any moment, inside of operations and
// while it starts, keeps what it acknowledged with its exact bytes, does what it
// did not answer wholly or not at all, does nothing twice, and shows nobody a
// mixture. Clients do random operations, and each knows what must be there.
func TestKilledFleetLosesNothing(t *testing.T) {
	kills := int(crashNumber(t, envCrashKills, quickKills))
	seed := crashNumber(t, envCrashSeed, uint64(time.Now().UnixNano()%1_000_000))
	backend := cmp.Or(os.Getenv(envCrashBackend), "local")
	if backend != "local" && backend != "minio" {
		t.Fatalf("%s=%q is neither local nor minio", envCrashBackend, backend)
	}
	c := startCrash(t, seed, backend == "minio")
	defer c.report()
	for c.kills < kills-atTheEnd && !t.Failed() {
		c.round()
	}
	if !t.Failed() {
		c.end()
	}
}

func crashNumber(t *testing.T, name string, absent uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return absent
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%q is no number", name, text)
	}
	return n
}

// crash is one run: the fleet, its clients and what happened. The test's own
// goroutine kills; each client has one of its own for a round.
type crash struct {
	t       *testing.T
	fleet   *processes
	minio   *testbed.Process // nil: objects are on the local disk
	s3      *service.S3      // likewise
	log     *crashLog
	dice    *rand.Rand
	clients []*crashClient
	events  *crashEvents
	kills   int
	killed  map[string]int
	orphans int           // that the search in the end removed
	shown   int           // kills, when the last round ended
	startup time.Duration // how long a daemon takes to be ready, about
}

func startCrash(t *testing.T, seed uint64, minio bool) *crash {
	c := &crash{
		t: t, dice: rand.New(rand.NewPCG(seed, 0)), killed: map[string]int{},
		events: newCrashEvents(seed), startup: time.Second, log: &crashLog{},
	}
	var l lake
	c.fleet, l, c.minio, c.s3 = startCrashFleet(t, minio, c.log)
	pool, jobs := newSharedRows(), newToldJobs()
	for n := range crashClients {
		c.clients = append(c.clients, newCrashClient(t, l.url, n, rand.New(rand.NewPCG(seed, uint64(n)+1)), pool, jobs, c.events))
	}
	return c
}

// round lets every client do a few operations, kills meanwhile, and finds out what
// came of those that got no answer once nothing is under way any more.
func (c *crash) round() {
	var work sync.WaitGroup
	for _, client := range c.clients {
		work.Go(func() { client.work(3 + client.dice.IntN(4)) })
	}
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	for range 1 + c.dice.IntN(2) {
		c.strike(done)
	}
	c.recovered()
	<-done
	c.fleet.quiet()
	c.clients[0].idleJobs()
	for _, client := range c.clients {
		work.Go(client.resolve)
	}
	work.Wait()
	if before := c.shown; c.kills/progressEvery > before/progressEvery {
		c.t.Logf("%d kills, %d operations, %d acknowledged", c.kills, c.events.operations, c.events.acknowledged)
	}
	c.shown = c.kills
}

// end kills all at once, and compares everything that there is with what there
// must be. The gateway goes when the others are back: while all are away another
// fleet on this box could take their ports.
func (c *crash) end() {
	for _, name := range daemonNames[:atTheEnd-1] {
		c.kill(name, "with all others")
	}
	if c.minio != nil {
		c.kill("minio", "with all others")
		c.start("minio")
	}
	for _, name := range daemonNames[:atTheEnd-1] {
		c.start(name)
	}
	c.recovered()
	c.kill(daemonNames[atTheEnd-1], "after all others")
	c.start(daemonNames[atTheEnd-1])
	c.recovered()
	c.compareAll()
	if !c.t.Failed() {
		c.compareTogether()
		c.compareJobs()
	}
	if !c.t.Failed() {
		c.searchOrphans()
	}
}

func (c *crash) report() {
	e := c.events
	faults, log := c.log.found()
	if faults > 0 {
		c.t.Errorf("%d panics or data races of daemons", faults)
	}
	summary := fmt.Sprintf("seed %d: %d kills survived %v, %d operations, %d acknowledged, %d refused as they must be, %d without an answer, of which %d had happened; %d jobs; %d orphans removed; %s",
		e.seed, c.kills, c.killed, e.operations, e.acknowledged, e.refused, e.silent, e.landed, len(c.clients[0].jobs.all()), c.orphans, time.Since(e.start).Round(100*time.Millisecond))
	if c.t.Failed() {
		c.t.Logf("to repeat: %s=%d\n%s\nwithout an answer, by code: %v\n%s\nThe daemons' log ends:\n%s", envCrashSeed, e.seed, summary, e.codes, e.last(), log)
		return
	}
	c.t.Logf("%s\nwithout an answer, by code: %v", summary, e.codes)
}
