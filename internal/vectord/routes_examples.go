package vectord

import "git.agentview.dev/profit/golanglakehouse/internal/service"

// example is a request that is answered as it stands by a fleet that has the index of the
// README, people, and what it is answered; "" where that says nothing more than its type.
type example struct {
	asks, answers     string
	others            []service.Other
	streams, streamed string // what the columns of Arrow are, in the request and in the answer
}

// withExamples puts examples into routes, for the specification.
func withExamples(routes []service.Route) []service.Route {
	all := examples()
	for i, route := range routes {
		e := all[route.ID]
		if b := route.Body; b != nil {
			b.Example, b.Others, b.Stream = e.asks, e.others, e.streams
		}
		if len(route.Answers) > 0 {
			route.Answers[0].Example, route.Answers[0].Stream = e.answers, e.streamed
		}
		routes[i] = route
	}
	return routes
}

// examples are those of the operations that read or answer what can be said in several
// ways, by their ids.
func examples() map[string]example {
	const item = `{"id":"A-0107","metadata":{"state":"MA","years":4,"text":"forklift operator, nights"}}`
	return map[string]example{
		"create_index": {
			asks:   `{"name":"resumes-1","dimension":384,"metric":"cosine"}`,
			others: []service.Other{{Shows: "of texts", Body: `{"name":"resumes-2","model":"minilm"}`}},
		},
		"add_items": {
			asks:    `{"items":[{"id":"A-0107","vector":[0.9,0.1,0.2],"text":"forklift operator, nights","metadata":{"state":"MA","years":4}}]}`,
			others:  []service.Other{{Shows: "of texts", Body: `{"items":[{"id":"A-0107","text":"forklift operator, nights","metadata":{"state":"MA","years":4}}]}`}},
			answers: `{"added":0,"updated":1,"count":3}`,
			streams: "a stream of Arrow IPC: the columns id (utf8) and vector (a list of float32, also one of fixed size; in an index with a model it may be null, or missing, where there is a text), and, if wanted, text (utf8) and metadata (JSON as utf8), or, in place of metadata, other columns, each a field of it",
		},
		"search_index": {
			asks: `{"vector":[1,0,0],"k":1,"filter":{"state":"TX","years":{"gte":3}}}`,
			others: []service.Other{
				{Shows: "by text", Body: `{"text":"who can drive a forklift at night","k":5}`},
				{Shows: "by the words of a text", Body: `{"text":"forklift nights","mode":"lexical","filter":{"state":"MA"}}`},
			},
			answers:  `{"results":[{"id":"A-0212","score":0.9299811,"distance":0.07001889,"metadata":{"state":"TX","text":"forklift operator, welder","years":9}}],"exact":false}`,
			streams:  "a stream of Arrow IPC: the column vector alone (a list of float32, also one of fixed size), a search for each row; what else a search says is in the query string",
			streamed: "a stream of Arrow IPC, a row for each result: query (int32, the row that was asked with, from 0), id (utf8), score (float32), distance (float32, where a vector was searched for), metadata (JSON as utf8, unless with_metadata is false), vector (a list of float32, where with_vector is given)",
		},
		"count_items":     {asks: `{"filter":{"state":"TX"}}`, answers: `{"count":2}`},
		"update_items":    {asks: `{"ids":["A-0107"],"set":{"state":"TX"},"remove":["years"]}`, answers: `{"updated":1}`},
		"get_item":        {answers: item[:len(item)-1] + `,"vector":[0.970495,0.107832775,0.21566555]}`},
		"scroll_items":    {answers: `{"items":[` + item + `],"next_cursor":"A-0107"}`},
		"create_snapshot": {asks: `{"name":"monday"}`},
		"restore_index":   {asks: `{"snapshot":"monday","as":"people-monday"}`},
		"set_alias":       {asks: `{"index":"people"}`},
		"load_index": {
			asks:   `{"sql":"SELECT 'A-0400' AS id, [0.2, 0.1, 0.8] AS vector, 'CA' AS state"}`,
			others: []service.Other{{Shows: "of texts", Body: `{"sql":"SELECT 'A-0401' AS id, 'welder, days' AS text, 'CA' AS state"}`}},
		},
		"delete_items": {asks: `{"ids":["A-0107"]}`},
		"erase_items":  {asks: `{"ids":["A-0107"],"snapshots":["monday"]}`},
	}
}
