package vectord_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Searches that run side by side, and after each other, keep their vectors and answers
// apart, though they use the same memory.
func TestSearchesSideBySideAreAnsweredAsAlone(t *testing.T) {
	const dimension, each = 64, 50
	d := start(t, testbed.StartStoraged(t))
	list := items(0, 400, dimension)
	d.mustCreate("x", vector.Shape{Dimension: dimension})
	d.mustAdd("x", list...)
	type search struct {
		path, media string
		body, want  []byte
	}
	var searches []search
	for at := 0; at < len(list); at += each {
		part := list[at : at+each]
		text, err := json.Marshal(vector.Search{Vectors: vectorsOf(part), Exact: true})
		if err != nil {
			t.Fatal(err)
		}
		searches = append(searches, search{path: "/search", media: "application/json", body: text},
			search{path: "/search?exact=true", media: mediaArrow, body: arrowOf(t, part, true)})
	}
	for i, s := range searches {
		searches[i].want = d.answerTo(s.path, s.media, s.body)
	}
	var all sync.WaitGroup
	for i := range searches {
		all.Go(func() {
			for j := range len(searches) {
				s := searches[(i+j)%len(searches)]
				if got := d.answerTo(s.path, s.media, s.body); !bytes.Equal(got, s.want) {
					t.Errorf("%s is answered with %.200q, alone with %.200q", s.path, got, s.want)
					return
				}
			}
		})
	}
	all.Wait()
}

// answerTo gives what a search of x is answered with.
func (d *daemon) answerTo(path, media string, body []byte) []byte {
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.Base+"/vectors/index/x"+path, bytes.NewReader(body))
	if err != nil {
		d.t.Error(err)
		return nil
	}
	req.Header.Set("Content-Type", media)
	req.Header.Set("Accept", media)
	resp, err := d.HTTP.Do(req)
	if err != nil {
		d.t.Error(err)
		return nil
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		d.t.Errorf("%s: %v", resp.Status, err)
	}
	return answer
}
