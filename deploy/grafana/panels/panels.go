package main

import (
	"fmt"
	"strings"
)

// row is a part of the dashboard; its panels are of one size.
type row struct {
	title         string
	width, height int
	panels        []panel
}

type panel struct {
	title   string
	unit    string // as Grafana calls it
	about   string
	queries []query

	stat bool    // a number, not a curve
	good float64 // a number from here on is green, and red below
	bad  float64 // a number from here on is red, and green below
}

type query struct{ expr, legend string }

// chosen stands in every selector: what the variables of the dashboard let through.
const chosen = `job=~"$job",instance=~"$instance"`

// probes are the routes that machines ask all the time.
const probes = `route!~"/health|/ready|/metrics"`

// of selects the series of a metric.
func of(metric string, matchers ...string) string {
	return metric + "{" + strings.Join(append([]string{chosen}, matchers...), ",") + "}"
}

// rate is how fast counters grow, added up by some labels.
func rate(by, metric string, matchers ...string) string {
	return fmt.Sprintf("sum by (%s) (rate(%s[$__rate_interval]))", by, of(metric, matchers...))
}

// quantile is of a histogram of seconds, for each value of some labels.
func quantile(q, by, histogram string, matchers ...string) string {
	return fmt.Sprintf("histogram_quantile(%s, %s)", q, rate("le, "+by, histogram+"_bucket", matchers...))
}

// quantiles are the two that tell most.
func quantiles(by, legend, histogram string, matchers ...string) []query {
	return []query{{quantile("0.5", by, histogram, matchers...), legend + " p50"}, {quantile("0.95", by, histogram, matchers...), legend + " p95"}}
}

// share is what part of two counters the first one is.
func share(first, second string) string {
	return fmt.Sprintf("%s / (%s + %s)", rate("instance", first), rate("instance", first), rate("instance", second))
}

func rows() []row {
	return []row{overview(), requests(), queries(), ingests(), vectors(), texts(), catalogs(), storages(), processes()}
}

func overview() row {
	failed := rate("job", "lakehouse_http_requests_total", `status=~"5.."`, probes)
	all := rate("job", "lakehouse_http_requests_total", probes)
	return row{"Overview", 4, 5, []panel{
		{title: "Up", unit: "none", about: "1 where the daemon's metrics can be read.", queries: []query{{of("up"), "{{job}}"}}, stat: true, good: 1},
		{title: "Ready", unit: "none", about: "1 where the daemon can serve; /ready says why not.", queries: []query{{of("lakehouse_ready"), "{{job}}"}}, stat: true, good: 1},
		{title: "Version", unit: "none", about: "All daemons of a fleet should be of one.", queries: []query{{"count by (version) (" + of("lakehouse_build_info") + ")", "{{version}}"}}, stat: true},
		{title: "Requests", unit: "reqps", about: "Without those of machines that look after the fleet.", queries: []query{{all, "{{job}}"}}, stat: true},
		{title: "Failed requests", unit: "percentunit", about: "Those answered with a 5xx, of all.", queries: []query{{fmt.Sprintf("(%s or %s * 0) / (%s > 0)", failed, all, all), "{{job}}"}}, stat: true, bad: 0.05},
		{title: "Room for objects", unit: "bytes", about: "Free on the disk of a local bucket, above its reserve.",
			queries: []query{{of("lakehouse_storaged_disk_free_bytes") + " - " + of("lakehouse_storaged_disk_reserve_bytes"), "{{bucket}}"}}, stat: true, good: 1 << 30},
	}}
}

func requests() row {
	return row{"Requests", 8, 8, []panel{
		{title: "Requests by status", unit: "reqps", queries: []query{{rate("job, status", "lakehouse_http_requests_total", probes), "{{job}} {{status}}"}}},
		{title: "Errors by code", unit: "reqps", about: "At the daemon that found the error; the gateway passes others' on.",
			queries: []query{{rate("job, route, code", "lakehouse_http_errors_total", probes), "{{job}} {{route}} {{code}}"}}},
		{title: "Duration", unit: "s", about: "From a request's header to the end of its answer.", queries: quantiles("job", "{{job}}", "lakehouse_http_request_duration_seconds", probes)},
		{title: "Slowest routes", unit: "s", about: "The 95th percentile.", queries: []query{
			{fmt.Sprintf("topk(8, %s)", quantile("0.95", "job, route", "lakehouse_http_request_duration_seconds", probes)), "{{job}} {{route}}"}}},
		{title: "In flight", unit: "none", queries: []query{{of("lakehouse_http_requests_in_flight"), "{{job}}"}}},
		{title: "Broken off", unit: "cps", about: "Answers that ended too soon, panics, and what the gateway could not get from a daemon.", queries: []query{
			{rate("job", "lakehouse_http_answers_aborted_total"), "{{job}} aborted"},
			{rate("job", "lakehouse_http_panics_total"), "{{job}} panics"},
			{rate("peer, reason", "lakehouse_gateway_peer_failures_total"), "{{peer}} {{reason}}"}}},
	}}
}

func queries() row {
	return row{"Queries", 8, 8, []panel{
		{title: "Statements by outcome", unit: "ops", queries: []query{{rate("outcome", "lakehouse_queryd_statements_total"), "{{outcome}}"}}},
		{title: "Duration", unit: "s", about: "From a statement's arrival to the last byte, and of that the wait for a turn.", queries: append(
			quantiles("job", "all", "lakehouse_queryd_statement_duration_seconds"), quantiles("job", "wait", "lakehouse_queryd_turn_wait_seconds")...)},
		{title: "Turns", unit: "none", about: "All slots taken and statements waiting: the box is busy.", queries: []query{
			{of("lakehouse_queryd_statements_running"), "running"}, {of("lakehouse_queryd_statement_slots"), "slots"},
			{of("lakehouse_queryd_statements_waiting"), "waiting"}, {of("lakehouse_queryd_queue_places"), "places to wait"}}},
		{title: "Rows answered", unit: "rowsps", queries: []query{{rate("job", "lakehouse_queryd_rows_total"), "rows"}}},
		{title: "Cache hit ratio", unit: "percentunit", about: "Answers given again, and, where access is cache, objects that did not have to be fetched.", queries: []query{
			{share("lakehouse_queryd_result_cache_hits_total", "lakehouse_queryd_result_cache_misses_total"), "answers"},
			{share("lakehouse_queryd_object_cache_hits_total", "lakehouse_queryd_object_cache_misses_total"), "objects"}}},
		{title: "Cache size", unit: "bytes", queries: []query{
			{of("lakehouse_queryd_result_cache_bytes"), "answers"}, {of("lakehouse_queryd_result_cache_limit_bytes"), "limit of answers"},
			{of("lakehouse_queryd_object_cache_bytes"), "objects"}, {of("lakehouse_queryd_object_cache_limit_bytes"), "limit of objects"}}},
		{title: "Fetched into the object cache", unit: "Bps", queries: []query{{rate("job", "lakehouse_queryd_object_cache_fetched_bytes_total"), "fetched"}}},
		{title: "Objects evicted", unit: "ops", about: "From the object cache, to make room.", queries: []query{{rate("job", "lakehouse_queryd_object_cache_evictions_total"), "objects"}}},
		{title: "Spilled to disk", unit: "bytes", about: "By statements that run now.", queries: []query{{of("lakehouse_queryd_spill_bytes"), "spilled"}}},
		{title: "Workers lost", unit: "none", about: "In the last 15 minutes, by reason; memory: a statement outgrew its worker.",
			queries: []query{{fmt.Sprintf("sum by (job, reason) (increase(%s[15m]))", of("lakehouse_duck_worker_faults_total")), "{{job}} {{reason}}"}}},
		{title: "Workers", unit: "none", queries: []query{{of("lakehouse_duck_workers_busy"), "{{job}} busy"}, {of("lakehouse_duck_worker_slots"), "{{job}} slots"}, {of("lakehouse_duck_workers"), "{{job}} processes"}}},
		{title: "Memory of workers", unit: "bytes", about: "They are processes of their own, beside the daemon's.",
			queries: []query{{of("lakehouse_duck_resident_bytes"), "{{job}} all"}, {of("lakehouse_duck_worker_memory_limit_bytes"), "{{job}} limit of one"}}},
	}}
}

func vectors() row {
	return row{"Vectors", 8, 8, []panel{
		{title: "Queries by mode", unit: "ops", queries: []query{{rate("mode", "lakehouse_vectord_queries_total"), "{{mode}}"}}},
		{title: "Search duration", unit: "s", about: "In the engine; a search by many vectors is one.", queries: quantiles("mode", "{{mode}}", "lakehouse_vectord_search_duration_seconds")},
		{title: "Changes", unit: "ops", queries: []query{{rate("fate", "lakehouse_vectord_items_changed_total"), "{{fate}}"}}},
		{title: "Items", unit: "none", queries: []query{{of("lakehouse_vectord_items"), "items"}}},
		{title: "Not in the graph", unit: "none", about: "Waiting: searched exactly until they are linked. Deleted: in the graph until it is mended.", queries: []query{
			{of("lakehouse_vectord_items_waiting"), "waiting"}, {of("lakehouse_vectord_items_buried"), "deleted"}}},
		{title: "Memory", unit: "bytes", queries: []query{
			{of("lakehouse_vectord_memory_bytes"), "{{part}}"}, {of("lakehouse_vectord_memory_limit_bytes"), "limit of all"}}},
		{title: "Log", unit: "bytes", about: "What a start reads after the last generation but one.", queries: []query{{of("lakehouse_vectord_log_bytes"), "bytes"}}},
		{title: "Log objects", unit: "none", queries: []query{{of("lakehouse_vectord_log_objects"), "objects"}}},
		{title: "Indexes", unit: "none", queries: []query{{of("lakehouse_vectord_indexes"), "{{state}}"}, {of("lakehouse_vectord_loads_running"), "loads that run"}}},
		{title: "Trouble", unit: "none", about: "Damaged objects, generations that cannot be written, indexes that take no changes: GET /v1/vectors/index/NAME says what.", queries: []query{
			{of("lakehouse_vectord_damaged_objects"), "damaged objects"}, {of("lakehouse_vectord_indexes_failing_generations"), "generations fail"},
			{of("lakehouse_vectord_indexes_refusing_changes"), "take no changes"}}},
	}}
}

func texts() row {
	return row{"Texts", 8, 8, []panel{
		{title: "Texts by model", unit: "ops", about: "Of which a vector was made; those found in the cache are not among them.", queries: []query{{rate("model", "lakehouse_embedd_texts_total"), "{{model}}"}}},
		{title: "Tokens by model", unit: "ops", about: "Of these texts, as far as providers tell.", queries: []query{{rate("model", "lakehouse_embedd_tokens_total"), "{{model}}"}}},
		{title: "Batch duration", unit: "s", queries: quantiles("model", "{{model}}", "lakehouse_embedd_batch_duration_seconds")},
		{title: "Batches by outcome", unit: "ops", queries: []query{{rate("model, outcome", "lakehouse_embedd_batch_duration_seconds_count"), "{{model}} {{outcome}}"}}},
		{title: "Where vectors come from", unit: "ops", about: "Kept; being made for somebody else; made.", queries: []query{
			{rate("job", "lakehouse_embedd_cache_hits_total"), "kept"}, {rate("job", "lakehouse_embedd_cache_shared_total"), "shared"},
			{rate("job", "lakehouse_embedd_cache_misses_total"), "made"}, {rate("job", "lakehouse_embedd_cache_evictions_total"), "gone for newer ones"}}},
		{title: "Kept vectors", unit: "bytes", queries: []query{{of("lakehouse_embedd_cache_bytes"), "kept"}, {of("lakehouse_embedd_cache_limit_bytes"), "limit"}}},
		{title: "Waiting", unit: "none", about: "Requests that wait for their turn, of which max_queue may.", queries: []query{{of("lakehouse_embedd_requests_waiting"), "requests"}}},
		{title: "Left alone", unit: "none", about: "1 where a provider failed so often that it is not asked for a moment.", queries: []query{{of("lakehouse_embedd_provider_left_alone"), "{{model}}"}}},
	}}
}

func ingests() row {
	return row{"Ingest", 8, 8, []panel{
		{title: "Ingests by outcome", unit: "ops", queries: []query{{rate("outcome", "lakehouse_ingestd_ingests_total"), "{{outcome}}"}}},
		{title: "Rows", unit: "rowsps", queries: []query{{rate("fate", "lakehouse_ingestd_rows_total"), "{{fate}}"}}},
		{title: "Bytes received", unit: "Bps", queries: []query{{rate("job", "lakehouse_ingestd_received_bytes_total"), "bytes"}}},
		{title: "Phases", unit: "s", about: "The 95th percentile of each phase.", queries: []query{{quantile("0.95", "phase", "lakehouse_ingestd_phase_duration_seconds"), "{{phase}}"}}},
		{title: "Jobs", unit: "none", queries: []query{{of("lakehouse_ingestd_jobs"), "{{state}}"}}},
		{title: "Jobs ended", unit: "ops", queries: []query{{rate("state", "lakehouse_ingestd_jobs_ended_total"), "{{state}}"}}},
		{title: "Queues", unit: "none", about: "At its places or slots a queue refuses what comes.", queries: []query{
			{of("lakehouse_ingestd_jobs_waiting"), "jobs waiting"}, {of("lakehouse_ingestd_jobs_open"), "jobs open"}, {of("lakehouse_ingestd_job_places"), "places for jobs"},
			{of("lakehouse_ingestd_uploads_running"), "uploads"}, {of("lakehouse_ingestd_upload_slots"), "slots for uploads"},
			{of("lakehouse_ingestd_compactions_waiting"), "datasets to compact"}}},
		{title: "Spool", unit: "bytes", about: "Files under way and of jobs.", queries: []query{{of("lakehouse_ingestd_spool_bytes"), "spool"}}},
		{title: "Compaction", unit: "cps", queries: []query{{rate("outcome", "lakehouse_ingestd_compactions_total"), "{{outcome}}"},
			{rate("job", "lakehouse_ingestd_compacted_files_total"), "files folded"}}},
		{title: "Erasures by outcome", unit: "ops", queries: []query{{rate("outcome", "lakehouse_ingestd_erasures_total"), "{{outcome}}"}}},
	}}
}

func catalogs() row {
	return row{"Catalog", 8, 8, []panel{
		{title: "Datasets and views", unit: "none", queries: []query{{of("lakehouse_catalogd_datasets"), "datasets"}, {of("lakehouse_catalogd_views"), "views"},
			{of("lakehouse_catalogd_dropped_names"), "names with dropped ones"}}},
		{title: "Commits", unit: "ops", about: "Registrations over versions: how many share one.", queries: []query{
			{rate("job", "lakehouse_catalogd_versions_total"), "versions"}, {rate("job", "lakehouse_catalogd_registrations_total"), "registrations"},
			{rate("job", "lakehouse_catalogd_pointer_conflicts_total"), "conflicts"}}},
		{title: "Duration of commits", unit: "s", queries: quantiles("job", "commit", "lakehouse_catalogd_commit_duration_seconds")},
		{title: "Edits by sort", unit: "ops", queries: []query{{rate("op", "lakehouse_catalogd_edits_total"), "{{op}}"}}},
		{title: "Clean-up", unit: "ops", queries: []query{{rate("reason", "lakehouse_catalogd_objects_removed_total"), "{{reason}} objects"},
			{rate("job", "lakehouse_catalogd_versions_expired_total"), "versions expired"}, {rate("job", "lakehouse_catalogd_removal_failures_total"), "not removed"}}},
		{title: "Waiting to be removed", unit: "none", about: "Objects; they go once the longest query has passed.", queries: []query{{of("lakehouse_catalogd_objects_waiting"), "objects"}}},
		{title: "Trouble", unit: "none", about: "In the last day: searches for orphans by outcome, and pointers that make no sense.", queries: []query{
			{fmt.Sprintf("sum by (outcome) (increase(%s[1d]))", of("lakehouse_catalogd_orphan_searches_total")), "searches {{outcome}}"},
			{fmt.Sprintf("sum by (job) (increase(%s[1d]))", of("lakehouse_catalogd_damaged_pointers_total")), "damaged pointers"}}},
		{title: "Tables in memory", unit: "bytes", queries: []query{{of("lakehouse_catalogd_table_memory_bytes"), "tables"}, {of("lakehouse_catalogd_table_memory_limit_bytes"), "limit"}}},
	}}
}

func storages() row {
	return row{"Storage", 8, 8, []panel{
		{title: "Backend duration", unit: "s", about: "The 95th percentile; of a get, until its first byte.", queries: []query{{quantile("0.95", "backend, operation", "lakehouse_storaged_backend_duration_seconds"), "{{backend}} {{operation}}"}}},
		{title: "Backend operations", unit: "ops", queries: []query{{rate("backend, operation", "lakehouse_storaged_backend_duration_seconds_count"), "{{backend}} {{operation}}"},
			{rate("backend, operation", "lakehouse_storaged_backend_failures_total"), "{{backend}} {{operation}} failed"}}},
		{title: "Bytes", unit: "Bps", queries: []query{{rate("job", "lakehouse_storaged_received_bytes_total"), "received"}, {rate("job", "lakehouse_storaged_sent_bytes_total"), "sent"}}},
		{title: "Disk", unit: "bytes", about: "Where free meets the reserve, writes are refused.", queries: []query{
			{of("lakehouse_storaged_disk_free_bytes"), "{{bucket}} free"}, {of("lakehouse_storaged_disk_reserve_bytes"), "{{bucket}} reserve"}}},
		{title: "Writes", unit: "none", queries: []query{{of("lakehouse_storaged_writes_running"), "{{writers}}"}, {of("lakehouse_storaged_write_slots"), "{{writers}} slots"}}},
		{title: "Refused writes", unit: "ops", queries: []query{{rate("code", "lakehouse_storaged_refused_writes_total"), "{{code}}"}}},
		{title: "Disk of the data folder", unit: "bytes", about: "Free for spool, spill and cache.", queries: []query{{of("lakehouse_data_disk_free_bytes"), "{{job}}"}}},
	}}
}

func processes() row {
	return row{"Processes", 8, 8, []panel{
		{title: "Processor", unit: "none", about: "Cores in use. Daemons of one process (lakehouse up) all show that process.", queries: []query{{rate("job, instance", "process_cpu_seconds_total"), "{{job}}"}}},
		{title: "Memory", unit: "bytes", about: "Resident, without that of workers.", queries: []query{{of("process_resident_memory_bytes"), "{{job}}"}, {of("go_memstats_heap_inuse_bytes"), "{{job}} heap"}}},
		{title: "Goroutines", unit: "none", queries: []query{{of("go_goroutines"), "{{job}}"}}},
		{title: "Open files", unit: "percentunit", about: "Of as many as the process may have.", queries: []query{{of("process_open_fds") + " / " + of("process_max_fds"), "{{job}}"}}},
		{title: "Garbage collection", unit: "percentunit", about: "The part of the time in which all stood still for it.", queries: []query{{rate("job, instance", "go_gc_duration_seconds_sum"), "{{job}}"}}},
		{title: "Uptime", unit: "s", queries: []query{{"time() - " + of("process_start_time_seconds"), "{{job}}"}}},
	}}
}
