package fleet_test

import (
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// A daemon that is killed within an answer to another one is away, and whoever asked
// is told to come again; that brings the same request to its end.
func TestAPeerThatDiesWithinItsAnswerIsAway(t *testing.T) {
	for peer, cases := range map[string][]struct {
		what, method, path string // the call that is cut
		send               func(l lake) (int, map[string]any)
	}{
		"storaged": {
			{"rows that an upsert replaces", "GET", "/data/", func(l lake) (int, map[string]any) {
				return l.ingest("name=people&mode=upsert&key=id", "id,name\n1,Eve\n")
			}},
			{"rows that an erasure looks at", "GET", "/data/", func(l lake) (int, map[string]any) {
				return l.send(http.MethodPost, "/v1/catalog/erase", "application/json", `{"name":"people","where":"id = 2"}`)
			}},
			{"rows that a statement reads", "GET", "/data/", func(l lake) (int, map[string]any) {
				return l.send(http.MethodPost, "/v1/sql", "text/plain", "FROM people")
			}},
			{"an object that is loaded", "GET", "/inbox/p.csv", func(l lake) (int, map[string]any) {
				return l.send(http.MethodPost, "/v1/ingest?name=more&source=inbox/p.csv", "", "")
			}},
			{"what became of an upload", "PUT", "/data/", func(l lake) (int, map[string]any) {
				return l.ingest("name=people&mode=append", "id,name\n3,Dan\n")
			}},
		},
		"catalogd": {
			{"what a statement reads", "GET", catalog.RelationPath, func(l lake) (int, map[string]any) {
				return l.send(http.MethodPost, "/v1/sql", "text/plain", "FROM people")
			}},
			{"a version", "POST", "/catalog/register", func(l lake) (int, map[string]any) {
				return l.ingest("name=people&mode=append", "id,name\n3,Dan\n")
			}},
			{"a view", "POST", "/views", func(l lake) (int, map[string]any) {
				return l.send(http.MethodPost, "/v1/catalog/views", "application/json", `{"name":"v","sql":"FROM people","mode":"replace"}`)
			}},
		},
	} {
		t.Run(peer, func(t *testing.T) {
			f := &testbed.Faults{}
			l := startProxied(t, t.TempDir(), peer, f, &f.Target, uncompacted, func(c *fleet.Config) { c.Queryd.Access = "cache" })
			l.mustIngest("name=people", "id,name\n1,Ada\n2,Grace\n")
			if status, doc := l.send(http.MethodPut, "/v1/storage/objects/inbox/p.csv", "text/csv", "id,name\n4,Kay\n"); status != http.StatusCreated {
				t.Fatalf("%d %v", status, doc)
			}
			for _, c := range cases {
				cut := 0
				f.Set(func(r *http.Request) testbed.Fault {
					if r.Method != c.method || !strings.Contains(r.URL.Path, c.path) {
						return testbed.None
					}
					cut++
					return testbed.CutAnswer
				})
				status, doc := c.send(l)
				f.Set(nil)
				if status != http.StatusServiceUnavailable || doc["code"] != "service_unavailable" || doc["service"] != peer || cut == 0 {
					t.Errorf("%s, cut %d times: %d %v", c.what, cut, status, doc)
				}
				if status, doc := c.send(l); status >= 300 {
					t.Errorf("%s, again: %d %v", c.what, status, doc)
				}
			}
		})
	}
}
