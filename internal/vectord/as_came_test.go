package vectord_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

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

// So do the columns of Arrow, also within lists.
func TestColumnsComeBackAsTheyCame(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.BinaryTypes.String},
		{Name: "vector", Type: arrow.ListOf(arrow.PrimitiveTypes.Float32)},
		{Name: "a<b", Type: arrow.BinaryTypes.String},
		{Name: "list", Type: arrow.ListOf(arrow.BinaryTypes.String)},
	}, nil))
	rows.Field(0).(*array.StringBuilder).Append("a")
	rows.Field(1).(*array.ListBuilder).Append(true)
	rows.Field(1).(*array.ListBuilder).ValueBuilder().(*array.Float32Builder).AppendValues([]float32{1, 0}, nil)
	rows.Field(2).(*array.StringBuilder).Append("a < b & c > \u2028 \"d\"")
	rows.Field(3).(*array.ListBuilder).Append(true)
	rows.Field(3).(*array.ListBuilder).ValueBuilder().(*array.StringBuilder).AppendValues([]string{"R&D", "<>"}, nil)
	if status, answer := d.sendArrow("/vectors/index/x/add", stream(t, rows), ""); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	resp, err := http.Get(d.Base + "/vectors/index/x/items/a")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if want := `"metadata":{"a<b":"a < b & c >   \"d\"","list":["R&D","<>"]}`; err != nil || !strings.Contains(string(body), want) {
		t.Errorf("it came back as %s, %v", body, err)
	}
}
