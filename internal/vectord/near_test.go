package vectord_test

import (
	"fmt"
	"strings"
	"testing"
)

// A mistyped name is answered with what it may have meant.
func TestANameThatIsLikeAnIndexsIsAnsweredWithIt(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"jobs","dimension":2}`)
	d.want(200, "", "PUT", "/vectors/aliases/people", `{"index":"jobs"}`)
	for name, says := range map[string]string{"jbos": "did you mean jobs?", "peple": "did you mean people?", "welders": "GET /vectors/index lists"} {
		refused := d.want(404, "index_not_found", "POST", "/vectors/index/"+name+"/search", `{"vector":[1,0]}`)
		if !strings.Contains(fmt.Sprint(refused["detail"]), says) {
			t.Errorf("%s: %v", name, refused["detail"])
		}
	}
}
