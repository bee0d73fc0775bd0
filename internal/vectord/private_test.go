package vectord_test

import (
	"cmp"
	"fmt"
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

// Whatever is asked for of an item, and whatever is wrong with it, the client is told what
// it is, and the log names neither its id nor what it holds; nor does the key of an object.
func TestNoItemIsNamedInTheLog(t *testing.T) {
	store, log := testbed.StartStoraged(t), &testlog.Text{}
	env := testbed.NewEnv(t, "vectord")
	env.Peers = service.Peers{"storaged": store.Base, "queryd": "http://127.0.0.1:1"}
	env.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	built, err := vectord.New(t.Context(), env, vectord.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	url, stop := testbed.ServeUntil(t, env, built)
	d := &daemon{t: t, stop: stop, Client: vector.Client{Client: wire.Client{Service: "vectord", Base: url, HTTP: env.HTTP}}}
	d.ready()
	d.mustCreate("x", vector.Shape{Dimension: 2})
	const at = "/vectors/index/x"
	d.want(200, "", "POST", at+"/add", `{"items":[{"id":"person-7","vector":[1,0],"metadata":{"secret":"whispered"}}]}`)
	d.want(200, "", "GET", at+"/items/person-7", "")
	d.want(200, "", "GET", at+"/scroll?cursor=person-6&filter=%7B%22secret%22%3A%22whispered%22%7D", "")
	for _, c := range []struct {
		status             int
		code, method, path string
		body, says         string
	}{
		{404, "item_not_found", "GET", "/items/person-8", "", "person-8"},
		{405, "method_not_allowed", "PUT", "/items/person-7", "{}", ""},
		{404, "item_not_found", "POST", "/search", `{"positive":["person-9"]}`, "person-9"},
		{400, "bad_vector", "POST", "/add", `{"items":[{"id":"person-7"}]}`, "person-7"},
		{400, "dimension_mismatch", "POST", "/add", `{"items":[{"id":"person-7","vector":[1]}]}`, "person-7"},
		{400, "bad_item", "POST", "/add", `{"items":[{"id":"person-7","vector":[1,0],"metadata":{"secret":123456789012345678901234567890}}]}`, "123456789012345678901234567890"},
		{400, "bad_item", "POST", "/metadata", `{"ids":["person-7"],"set":{"secret":123456789012345678901234567890}}`, "person-7"},
		{400, "bad_filter", "POST", "/count", `{"filter":{"whispered":1}}`, "secret"},
		{400, "bad_filter", "POST", "/delete", `{"filter":{"secret":{"is":"whispered"}}}`, "secret"},
	} {
		doc := d.want(c.status, c.code, c.method, at+c.path, c.body)
		if detail, _ := doc["detail"].(string); !strings.Contains(detail, c.says) {
			t.Errorf("%s %s: the client is told %q", c.method, c.path, detail)
		}
		log.Await(t, c.code, func(text string) bool { return strings.Contains(text, "error="+c.code) })
	}
	d.want(200, "", "POST", at+"/metadata", `{"ids":["person-7"],"set":{"secret":"whispered too"}}`)
	d.want(200, "", "POST", at+"/delete", `{"ids":["person-7"]}`)
	d.want(200, "", "POST", at+"/erase", `{"ids":["person-7"]}`)
	d.stop()
	said := log.String()
	for _, private := range []string{"person", "secret", "whispered", "1234567890"} {
		for line := range strings.Lines(said) {
			if strings.Contains(line, private) {
				t.Errorf("%s is in the log: %s", private, line)
			}
		}
	}
	if !strings.Contains(said, "path=/vectors/index/x/items/*") || !strings.Contains(said, "path=/vectors/index/x/search") {
		t.Errorf("the log has no paths: %s", said)
	}
	for page, err := range store.Listings(t.Context(), "", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			if strings.Contains(o.Key, "person") {
				t.Errorf("the key of an object is %s", o.Key)
			}
		}
	}
}

// What a text says is in no error, also where it is no text that can be kept.
func TestAnErrorHoldsNothingOfABody(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	for path, body := range map[string]string{
		"/add":      `{"items":[{"id":"a","text":"John \ud800SECRET"}]}`,
		"/add ":     `{"items":[{"id":"a","text":"John","metadata":{"note":"\udc00SECRET"}}]}`,
		"/search":   `{"text":"John \ud800SECRET"}`,
		"/metadata": `{"ids":["a"],"set":{"note":"\ud800\u0041SECRET"}}`,
		"/add  ":    `{"items":[{"id":"a","vector":["SECRET"]}]}`,
		"/search ":  `{"vector":"SECRET"}`,
		"/add   ":   `{"items":[{"id":"a","vector":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],"metadata":"SECRET"}]}`,
		"/count":    `{"filter":{"and":"SECRET"}}`,
	} {
		code := map[string]string{"/add   ": "bad_item", "/count": "bad_filter"}[path]
		p := d.want(400, cmp.Or(code, "bad_request"), "POST", atX+strings.TrimSpace(path), body)
		if detail := fmt.Sprint(p["detail"]); strings.Contains(detail, "SE") || strings.Contains(detail, `\u`) || strings.Contains(body, `\u`) && !strings.Contains(detail, "surrogate") {
			t.Error(detail)
		}
	}
}
