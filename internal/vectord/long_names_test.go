package vectord_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// However long a sender makes a name, the answer and the log have a beginning of it.
func TestWhatASenderCallsAThingIsCut(t *testing.T) {
	store, log := testbed.StartStoraged(t), &testlog.Text{}
	env := testbed.NewEnv(t, "vectord")
	env.Peers = service.Peers{"storaged": store.Base, "queryd": "http://127.0.0.1:1"}
	env.Log = slog.New(slog.NewTextHandler(log, nil))
	built, err := vectord.New(t.Context(), env, vectord.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	url, stop := testbed.ServeUntil(t, env, built)
	d := &daemon{t: t, stop: stop, Client: vector.Client{Client: wire.Client{Service: "vectord", Base: url, HTTP: env.HTTP}}}
	d.ready()
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.want(200, "", "POST", "/vectors/index/x/add", `{"items":[{"id":"a","vector":[1,0],"metadata":{"city":"Waco"}}]}`)
	for _, long := range []string{strings.Repeat("N", 200_000), strings.Repeat("N", 2_000_000)} {
		for _, c := range [][2]string{
			{"/x/add", `{"NAME":1}`},
			{"/x/add", `{"items":[{"id":"a","NAME":1}]}`},
			{"/x/add", `{"items":[{"id":"NAME","vector":[1,0]}]}`},
			{"/x/add", `{"items":[{"id":"NAME"}]}`},
			{"/x/add", `{"items":[{"id":"a","vector":[1,0],"metadata":{"NAME":1,"NAME":2}}]}`},
			{"/x/add", `{"items":[{"id":"a","vector":[1,0],"metadata":{"NAME":"\ud800"}}]}`},
			{"/x/add", `{"items":[{"id":"a","vector":["NAME"]}]}`},
			{"/x/search", `{"NAME":1}`},
			{"/x/search", `{"text":"a","mode":"NAME"}`},
			{"/x/search", `{"vector":[1,0],"fusion":{"NAME":1}}`},
			{"/x/search", `{"vector":[1,0],"mode":"hybrid","text":"a","fusion":{"method":"NAME"}}`},
			{"/x/search", `{"positive":["NAME"]}`},
			{"/x/search", `{"vector":[1,0],"filter":{"NAME":1}}`},
			{"/x/search", `{"vector":[1,0],"filter":{"city":{"NAME":1}}}`},
			{"/x/search", `{"vector":[1,0],"k":"NAME"}`},
			{"/x/metadata", `{"ids":["a"],"set":{"NAME":{"a":[1,{}]}},"remove":[{}]}`},
			{"/x/delete", `{"NAME":["a"]}`},
			{"", `{"name":"NAME","dimension":2}`},
			{"", `{"name":"y","model":"NAME"}`},
			{"", `{"name":"y","dimension":2,"metric":"NAME"}`},
		} {
			before := len(log.String())
			_, doc := d.send("POST", "/vectors/index"+c[0], strings.ReplaceAll(c[1], "NAME", long))
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if _, failed := doc["code"]; !failed || len(text) > 20_000 {
				t.Errorf("%s %s of %d bytes is answered with %d bytes: %.200s", c[0], c[1], len(long), len(text), text)
			}
			if said := len(log.String()) - before; said > 40_000 {
				t.Errorf("%s %s of %d bytes: the log has %d", c[0], c[1], len(long), said)
			}
		}
	}
}
