package vectord_test

import (
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// An index whose description is as long as may be is kept like any other.
func TestASnapshotOfTheLongestDescription(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	shape := vector.Shape{Dimension: 2, Model: strings.Repeat("<", 256)} // which takes six bytes of JSON
	for n := range 64 {
		shape.TextFields = append(shape.TextFields, fmt.Sprint(100+n)+strings.Repeat("<", 253))
	}
	name := strings.Repeat("x", 128)
	d.mustCreate(name, shape)
	d.want(201, "", "POST", "/vectors/index/"+name+"/snapshot", `{"name":"`+name+`"}`)
	d.want(200, "", "POST", "/vectors/index/"+name+"/restore", `{"snapshot":"`+name+`"}`)
}
