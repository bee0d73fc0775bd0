package gateway

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/docs/api"
)

func TestTheSpecificationIsServedWithoutAnyDaemon(t *testing.T) {
	e := setup{}.run(t)
	resp := e.do("GET", "/v1/openapi.json", nil, "Accept-Encoding: identity")
	wantBody(t, resp, http.StatusOK, api.Document)
	if media := resp.Header.Get("Content-Type"); media != "application/json" {
		t.Errorf("content type %q", media)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]any
	}
	if err := json.Unmarshal([]byte(api.Document), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Paths["/v1/health"] == nil {
		t.Errorf("OpenAPI %q, %d paths, %v", doc.OpenAPI, len(doc.Paths), err)
	}
	again := e.do("GET", "/v1/openapi.json", nil, "If-None-Match: "+resp.Header.Get("ETag"))
	wantBody(t, again, http.StatusNotModified, "")
}

var (
	asset  = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	inline = regexp.MustCompile(`<script>|<style|\son[a-z]+=|\sstyle=`)
)

func TestThePageTakesNothingFromElsewhere(t *testing.T) {
	e := setup{}.run(t)
	resp := e.do("GET", "/docs", nil)
	page := read(t, resp.Body)
	if media := resp.Header.Get("Content-Type"); media != "text/html; charset=utf-8" {
		t.Errorf("content type %q", media)
	}
	if found := inline.FindString(page); found != "" {
		t.Errorf("the page holds %q, which its own policy forbids", found)
	}
	served := 0
	for _, m := range asset.FindAllStringSubmatch(page, -1) {
		if m[1] == "data:," {
			continue
		}
		if !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
			t.Errorf("the page names %s, which is not the gateway's", m[1])
			continue
		}
		resp := e.do("GET", m[1], nil)
		if body := read(t, resp.Body); resp.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: %s, %d bytes", m[1], resp.Status, len(body))
		}
		served++
	}
	if served < 4 {
		t.Errorf("the page names %d files, want its style, its scripts and the specification", served)
	}
	for _, path := range []string{"/docs", "/docs/init.js", "/docs/swagger-ui-bundle.js"} {
		policy := e.do("GET", path, nil).Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "http") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	if init := read(t, e.do("GET", "/docs/init.js", nil).Body); !strings.Contains(init, "validatorUrl: null") || strings.Contains(init, "http") {
		t.Errorf("the viewer's settings reach out: %s", init)
	}
	if resp := e.do("GET", "/docs/nothing.js", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not there: %s", resp.Status)
	}
}

func TestAssetsAreTheSamePackedAndUnpacked(t *testing.T) {
	e := setup{}.run(t)
	for path, media := range map[string]string{"/docs/swagger-ui.css": "text/css; charset=utf-8", "/docs/swagger-ui-bundle.js": "text/javascript; charset=utf-8", "/docs/LICENSE": "text/plain; charset=utf-8"} {
		plain := e.do("GET", path, nil, "Accept-Encoding: identity")
		packed := e.do("GET", path, nil, "Accept-Encoding: br, gzip")
		if packed.Header.Get("Content-Encoding") != "gzip" || plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Content-Type") != media {
			t.Errorf("%s: encodings %q and %q, type %q", path, packed.Header.Get("Content-Encoding"), plain.Header.Get("Content-Encoding"), plain.Header.Get("Content-Type"))
		}
		unpacked, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if read(t, unpacked) != read(t, plain.Body) {
			t.Errorf("%s differs", path)
		}
	}
}

// The bundle is somebody else's work: it must be the very file that the README
// beside it names.
func TestTheViewerIsWhatItsReadmeSays(t *testing.T) {
	readme, err := os.ReadFile("docsui/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"swagger-ui.css", "swagger-ui-bundle.js"} {
		packed, err := docsui.ReadFile("docsui/" + name + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, r); err != nil {
			t.Fatal(err)
		}
		if row := fmt.Sprintf("| %s | %x |", name, sum.Sum(nil)); !strings.Contains(string(readme), row) {
			t.Errorf("the README lacks %s", row)
		}
	}
}
