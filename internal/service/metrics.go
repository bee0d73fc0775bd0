package service

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sys/unix"
)

// httpMetrics are what /metrics says of every daemon's requests.
type httpMetrics struct {
	requests *prometheus.CounterVec
	errors   *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter
	aborted  prometheus.Counter
}

// methods are the known HTTP methods. A client may make up others; the metrics
// must not grow with them.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace,
}

// readyPatience is how long a look at the metrics waits for the daemon's peers.
const readyPatience = 2 * time.Second

// newRegistry starts a daemon's metrics with what is known of any process.
func newRegistry(service, version, data string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "lakehouse_build_info",
		Help:        "1, labelled with the service and its version.",
		ConstLabels: prometheus.Labels{"service": service, "version": version},
	})
	build.Set(1)
	registry.MustRegister(build, dataDisk(data), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

func newHTTPMetrics(registry prometheus.Registerer) *httpMetrics {
	m := &httpMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"method", "route", "status"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_http_errors_total", Help: "Requests that this daemon itself refused or failed, by route and the code of the error.",
		}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_http_request_duration_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120, 600},
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "lakehouse_http_requests_in_flight", Help: "Requests being answered now.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_http_panics_total", Help: "Panics caught while answering a request.",
		}),
		aborted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_http_answers_aborted_total", Help: "Connections ended before the end of an answer: an error came too late, or the client left.",
		}),
	}
	registry.MustRegister(m.requests, m.errors, m.duration, m.inFlight, m.panics, m.aborted)
	return m
}

// dataDisk tells how much room the data folder has. A folder that is not there yet
// shows no number.
func dataDisk(folder string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lakehouse_data_disk_free_bytes", Help: "Bytes free on the disk of the data folder, where spool, spill and cache are.",
	}, func() float64 {
		var stat unix.Statfs_t
		if err := unix.Statfs(folder, &stat); err != nil {
			return math.NaN()
		}
		return float64(stat.Bavail) * float64(stat.Frsize)
	})
}

// readyGauge tells what /ready does, so that a daemon that lives and cannot serve
// shows where alerts are made.
func readyGauge(reasons func(context.Context) []string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lakehouse_ready", Help: "1 if the daemon can serve, 0 if not: /ready says why.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), readyPatience)
		defer cancel()
		if len(reasons(ctx)) > 0 {
			return 0
		}
		return 1
	})
}

// failed counts a request that was answered with a problem of this code.
func (m *httpMetrics) failed(route, code string) { m.errors.WithLabelValues(route, code).Inc() }

func (m *httpMetrics) observe(method, route string, status int, elapsed time.Duration) {
	if !slices.Contains(methods, method) {
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(method, route).Observe(elapsed.Seconds())
}
