package vectord

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// metrics are what /metrics says of searches and changes.
type metrics struct {
	searches *prometheus.HistogramVec
	queries  *prometheus.CounterVec
	items    *prometheus.CounterVec
}

// The fates of items.
const (
	fateAdded   = "added"
	fateUpdated = "updated"
	fateDeleted = "deleted"
	fateErased  = "erased"
)

func newMetrics(registry *prometheus.Registry, r *registry) *metrics {
	m := &metrics{
		searches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_vectord_search_duration_seconds", Help: "Time that the engine takes for a search, of one query or of many, by mode: vector, lexical, hybrid.",
			Buckets: []float64{.00005, .0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5},
		}, []string{"mode"}),
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_vectord_queries_total", Help: "Queries that were answered, each of a search by many vectors, by mode.",
		}, []string{"mode"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_vectord_items_changed_total", Help: "Items that were changed, by fate: added, updated (metadata alone too), deleted, erased.",
		}, []string{"fate"}),
	}
	for _, mode := range []vector.Mode{vector.ByVector, vector.ByWords, vector.Hybrid} { // from the start, as 0
		m.searches.WithLabelValues(string(mode))
		m.queries.WithLabelValues(string(mode))
	}
	for _, fate := range []string{fateAdded, fateUpdated, fateDeleted, fateErased} {
		m.items.WithLabelValues(fate)
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	registry.MustRegister(m.searches, m.queries, m.items, newIndexMetrics(r),
		gauge("lakehouse_vectord_memory_limit_bytes", "Memory that all indexes together may take.", func() float64 { return float64(r.config.MemoryBytes) }),
		gauge("lakehouse_vectord_loads_running", "Loads from statements that run.", func() float64 { return float64(r.loadsRunning()) }))
	return m
}

// searched counts a search of so many queries that began at a time.
func (m *metrics) searched(mode vector.Mode, queries int, began time.Time) {
	m.searches.WithLabelValues(string(mode)).Observe(time.Since(began).Seconds())
	m.queries.WithLabelValues(string(mode)).Add(float64(queries))
}

func (m *metrics) changed(fate string, items int) { m.items.WithLabelValues(fate).Add(float64(items)) }

// loaded counts what a load changed.
func (m *metrics) loaded(added, updated, deleted int) {
	m.changed(fateAdded, added)
	m.changed(fateUpdated, updated)
	m.changed(fateDeleted, deleted)
}

// indexMetrics tell of all indexes together what they hold when they are asked for; the
// stats of each tell of one.
type indexMetrics struct {
	registry *registry
	states   *prometheus.Desc
	bytes    *prometheus.Desc
	sums     []sum
}

// sum is a number that is added up over all indexes.
type sum struct {
	desc *prometheus.Desc
	of   func(engine.Stats, durable.Stats) float64
}

func newIndexMetrics(r *registry) *indexMetrics {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("lakehouse_vectord_"+name, help, labels, nil)
	}
	m := &indexMetrics{registry: r,
		states: describe("indexes", "Indexes, by state: ready, loading, failed.", "state"),
		bytes:  describe("memory_bytes", "Memory that indexes take, by part: vectors (codes and links too), ids, metadata, values (what filters find items by), lexical, and loading, of indexes that do not serve yet.", "part")}
	add := func(name, help string, of func(engine.Stats, durable.Stats) float64) {
		m.sums = append(m.sums, sum{describe(name, help), of})
	}
	add("items", "Items of all indexes.", func(e engine.Stats, _ durable.Stats) float64 { return float64(e.Count) })
	add("items_waiting", "Items that are not in the graph yet, and searched exactly.", func(e engine.Stats, _ durable.Stats) float64 { return float64(e.Waiting) })
	add("items_buried", "Deleted items that the graph still holds.", func(e engine.Stats, _ durable.Stats) float64 { return float64(e.Deleted) })
	add("log_objects", "Log objects that are kept beside generations.", func(_ engine.Stats, d durable.Stats) float64 { return float64(d.LogObjects) })
	add("log_bytes", "Bytes of these.", func(_ engine.Stats, d durable.Stats) float64 { return float64(d.LogBytes) })
	add("damaged_objects", "Objects that could not be read, or were missing, and nobody acknowledged it.", func(_ engine.Stats, d durable.Stats) float64 { return float64(len(d.Damage)) })
	add("indexes_failing_generations", "Indexes whose last try to write a generation failed.", func(_ engine.Stats, d durable.Stats) float64 { return oneIf(d.GenerationError != nil) })
	add("indexes_refusing_changes", "Indexes that take no changes; their stats say why.", func(_ engine.Stats, d durable.Stats) float64 { return oneIf(d.Refusal != nil) })
	return m
}

// Describe names what Collect gives.
func (m *indexMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.states
	out <- m.bytes
	for _, s := range m.sums {
		out <- s.desc
	}
}

// Collect looks at every index.
func (m *indexMetrics) Collect(out chan<- prometheus.Metric) {
	states := map[string]int{vector.Serving: 0, vector.Loading: 0, vector.Failed: 0}
	parts := partsOf(engine.Stats{})
	parts["loading"] = m.registry.memory.Bytes() // but for what serves
	sums := make([]float64, len(m.sums))
	for _, x := range m.registry.list() {
		state, _ := x.state()
		states[state]++
		open, leave, err := x.enter()
		if err != nil {
			continue
		}
		held, kept := open.Engine().Stats(), open.Stats()
		leave()
		for part, n := range partsOf(held) {
			parts[part] += n
			parts["loading"] -= n
		}
		for i, s := range m.sums {
			sums[i] += s.of(held, kept)
		}
	}
	send := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for state, n := range states {
		send(m.states, float64(n), state)
	}
	for part, n := range parts {
		send(m.bytes, float64(max(0, n)), part) // changes go on meanwhile
	}
	for i, s := range m.sums {
		send(s.desc, sums[i])
	}
}

// partsOf tells what an index takes of memory.
func partsOf(s engine.Stats) map[string]int64 {
	return map[string]int64{"vectors": s.Bytes + s.Saving, "ids": s.IDs, "metadata": s.Metadata, "values": s.Values, "lexical": s.Lexical}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
