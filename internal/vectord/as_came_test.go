package vectord_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Metadata comes back byte by byte as it came, whether or not a text was put beside it, which
// is its last field then.
func TestMetadataComesBackAsItCame(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	for sent, back := range map[string]string{
		`"metadata":{"z":"<&>","a":1.50}`:                             `{"z":"<&>","a":1.50}`,
		`"text":"a < b & c > d","metadata":{"z":"<&>","a":1.50}`:      `{"z":"<&>","a":1.50,"text":"a < b & c > d"}`,
		`"text":"a < b","metadata":{}`:                                `{"text":"a < b"}`,
		`"text":"a < b","metadata":null`:                              `{"text":"a < b"}`,
		`"text":"\u00e9 \"<\""`:                                       "{\"text\":\"\u00e9 \\\"<\\\"\"}",
		`"text":"a","metadata": { "b" : {"text":"<"} , "c":[1, 2] } `: `{"b":{"text":"<"},"c":[1,2],"text":"a"}`,
	} {
		d.want(200, "", "POST", "/vectors/index/x/add", `{"items":[{"id":"a","vector":[1,0],`+sent+`}]}`)
		resp, err := http.Get(d.Base + "/vectors/index/x/items/a")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(body), `"metadata":`+back) {
			t.Errorf("%s came back as %s, %v", sent, body, err)
		}
	}
	for _, wrong := range []string{`"text":"a","metadata":{"text":"b"}`, `"text":"a","metadata":{"\u0074ext":"b"}`, `"text":"a","metadata":[1]`, `"text":"a","metadata":7`} {
		d.want(400, "bad_item", "POST", "/vectors/index/x/add", `{"items":[{"id":"a","vector":[1,0],`+wrong+`}]}`)
	}
}
