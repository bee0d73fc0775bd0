package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

var errDrift = &wire.Kind{Status: http.StatusConflict, Code: "schema_drift", Title: "Schema drift"}

// peer serves one handler that returns errors, and gives a client for it.
func peer(t *testing.T, handle func(http.ResponseWriter, *http.Request) error) wire.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(wire.WithTrace(r.Context(), wire.StartTrace(r.Header)))
		if err := handle(w, r); err != nil {
			wire.WriteProblem(w, r, err)
		}
	}))
	t.Cleanup(s.Close)
	return wire.Client{Service: "catalogd", Base: s.URL + "/", HTTP: s.Client()}
}

func get(c wire.Client, out any) error {
	return c.JSON(context.Background(), http.MethodGet, "/x", nil, nil, out)
}

func TestAProblemSurvivesTheWire(t *testing.T) {
	cause := errors.New("password hunter2 was wrong")
	c := peer(t, func(http.ResponseWriter, *http.Request) error {
		return errDrift.Errorf("column %q differs", "bill_rate").With("line", int64(9007199254740993)).With("dataset", "placements").
			After(1500 * time.Millisecond).Because(cause)
	})
	err := get(c, nil)
	if !errors.Is(err, errDrift) || errors.Is(err, wire.ErrBadRequest) {
		t.Errorf("errors.Is does not know %v", err)
	}
	var p *wire.Problem
	if !errors.As(fmt.Errorf("register: %w", err), &p) {
		t.Fatalf("%T is no problem", err)
	}
	if p.Kind.Status != 409 || p.Kind.Title != "Schema drift" || p.Detail != `column "bill_rate" differs` || p.RetryAfter != 1500*time.Millisecond || p.RequestID == "" {
		t.Errorf("got %+v", p)
	}
	if want := map[string]any{"line": json.Number("9007199254740993"), "dataset": "placements"}; !reflect.DeepEqual(p.Fields, want) {
		t.Errorf("fields %v, want %v", p.Fields, want)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the cause crossed the wire: %v", err)
	}
}

// What went wrong in the background has no request, and says of none.
func TestAProblemOfNoRequestNamesNone(t *testing.T) {
	text, err := json.Marshal(wire.ErrInternal.Errorf("x"))
	if err != nil || strings.Contains(string(text), "request_id") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestAProblemSurvivesManyHops(t *testing.T) {
	first := peer(t, func(http.ResponseWriter, *http.Request) error {
		return errDrift.Errorf("at the far end").With("line", 17)
	})
	second := peer(t, func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("asked first: %w", get(first, nil)) })
	var p *wire.Problem
	if err := get(second, nil); !errors.Is(err, errDrift) || !errors.As(err, &p) || p.Detail != "at the far end" || p.Fields["line"] != json.Number("17") {
		t.Errorf("got %v", err)
	}
}

func TestEveryErrorBecomesOneAnswer(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{errDrift, 409, "schema_drift"},
		{fmt.Errorf("wrapped: %w", errDrift), 409, "schema_drift"},
		{&http.MaxBytesError{Limit: 10}, 413, "body_too_large"},
		{errors.New("disk /dev/sda1 is on fire"), 500, "internal"},
		{errDrift.Errorf("no").With("channel", make(chan int)), 500, "internal"},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("ETag", `"old"`)
		w.Header().Set("Content-Encoding", "gzip")
		wire.WriteProblem(w, httptest.NewRequest("GET", "/", nil), c.err)
		var doc map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%v: %v in %q", c.err, err, w.Body)
		}
		if w.Code != c.status || doc["code"] != c.code || doc["status"] != float64(c.status) {
			t.Errorf("%v: %d %v", c.err, w.Code, doc)
		}
		if strings.Contains(w.Body.String(), "sda1") {
			t.Errorf("an internal cause reached the client: %s", w.Body)
		}
		h := w.Header()
		if h.Get("Content-Type") != "application/problem+json" || h.Get("Content-Length") != fmt.Sprint(w.Body.Len()) || h.Get("ETag")+h.Get("Content-Encoding") != "" {
			t.Errorf("%v: header %v", c.err, h)
		}
	}
}

func TestRetryAfterIsRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "", time.Millisecond: "1", time.Second: "1", 1001 * time.Millisecond: "2"} {
		w := httptest.NewRecorder()
		wire.WriteProblem(w, httptest.NewRequest("GET", "/", nil), errDrift.Errorf("no").After(d))
		if got := w.Header().Get("Retry-After"); got != want {
			t.Errorf("after %s: Retry-After %q, want %q", d, got, want)
		}
	}
}

func TestAHeadIsAnsweredWithoutABody(t *testing.T) {
	w := httptest.NewRecorder()
	wire.WriteProblem(w, httptest.NewRequest("HEAD", "/", nil), errDrift)
	if w.Code != 409 || w.Body.Len() != 0 {
		t.Errorf("%d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestAProblemIsNotChangedByItsVariants(t *testing.T) {
	p := errDrift.Errorf("no").With("a", 1)
	_, _, _, _ = p.With("b", 2), p.After(time.Second), p.Because(io.EOF), p.Advise("do")
	if p.Detail != "no" || len(p.Fields) != 1 || p.RetryAfter != 0 || p.Unwrap() != nil {
		t.Errorf("changed to %+v", p)
	}
	if q := p.Because(io.EOF); !errors.Is(q, io.EOF) || !errors.Is(q, errDrift) {
		t.Errorf("%v knows neither its cause nor its kind", q)
	}
}

func TestAdviceFollowsTheDetail(t *testing.T) {
	for _, detail := range []string{"no", "no.", "no;"} {
		if p := errDrift.Errorf("%s", detail).With("a", 1).Advise("do this"); p.Detail != "no; do this" || p.Fields["a"] != 1 {
			t.Errorf("%q, %v", p.Detail, p.Fields)
		}
	}
}

func TestAPeerThatDoesNotAnswerIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	err = get(wire.Client{Service: "storaged", Base: "http://" + l.Addr().String()}, nil)
	var p *wire.Problem
	if !errors.Is(err, wire.ErrUnavailable) || !errors.As(err, &p) || p.Fields["service"] != "storaged" || p.RetryAfter <= 0 || p.Unwrap() == nil {
		t.Errorf("got %v", err)
	}
}

func TestACallThatIsGivenUpIsNoFailureOfThePeer(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := peer(t, func(_ http.ResponseWriter, r *http.Request) error {
		cancel()
		<-r.Context().Done()
		return nil
	})
	if err := c.JSON(ctx, http.MethodGet, "/x", nil, nil, nil); !errors.Is(err, context.Canceled) || errors.Is(err, wire.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerThatBreaksOffIsAFailure(t *testing.T) {
	c := peer(t, func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"a":`)
		panic(http.ErrAbortHandler)
	})
	for _, out := range []any{nil, &map[string]any{}} {
		if err := get(c, out); !errors.Is(err, wire.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	}
}

// An error that breaks off says no more of the call than a connection does that broke before.
func TestAnErrorThatBreaksOffIsAPeerThatIsAway(t *testing.T) {
	c := peer(t, func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"code":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	if err := get(c, nil); !errors.Is(err, wire.ErrUnavailable) || wire.Refused(err) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerOfSomethingElseIsSaidToBeThat(t *testing.T) {
	for _, body := range []string{"<html>not found</html>", "", `{"error":"x"}`, `[]`, `{"code":7}`} {
		c := peer(t, func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(http.StatusNotFound)
			_, err := io.WriteString(w, body)
			return err
		})
		var p *wire.Problem
		if err := get(c, nil); !errors.As(err, &p) || p.Kind.Code != "bad_answer" || p.Kind.Status != http.StatusBadGateway || !strings.Contains(p.Detail, "catalogd answered 404") {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

// No daemon redirects, so who does is somebody else: neither the call nor its
// token goes where it points, whichever http.Client the call is made with.
func TestARedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s came, with the token %q", r.Method, r.URL, r.Header.Get("Authorization"))
		_ = wire.WriteJSON(w, http.StatusOK, map[string]int{"a": 1})
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := peer(t, func(w http.ResponseWriter, r *http.Request) error {
			http.Redirect(w, r, elsewhere.URL+"/v1/x?token=hidden", status)
			return nil
		})
		c.Token = "hunter2"
		for _, hc := range []*http.Client{nil, c.HTTP, {Transport: c.HTTP.Transport}} {
			c.HTTP = hc
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				err := c.JSON(context.Background(), method, "/x", nil, nil, nil)
				var p *wire.Problem
				if !errors.As(err, &p) || p.Kind.Code != "bad_answer" || p.Kind.Status != http.StatusBadGateway || p.Fields["service"] != "catalogd" ||
					!strings.Contains(p.Detail, elsewhere.URL) || strings.Contains(p.Detail, "hidden") {
					t.Errorf("%d: got %v", status, err)
				}
			}
		}
	}
}

func TestAHeadThatFailsKeepsItsStatus(t *testing.T) {
	c := peer(t, func(http.ResponseWriter, *http.Request) error { return errDrift })
	_, err := c.Do(context.Background(), wire.Call{Method: http.MethodHead, Path: "/x"})
	var p *wire.Problem
	if !errors.As(err, &p) || p.Kind.Status != http.StatusConflict {
		t.Errorf("got %v", err)
	}
}

func TestACallCarriesWhatItMust(t *testing.T) {
	var got *http.Request
	var body []byte
	c := peer(t, func(w http.ResponseWriter, r *http.Request) error {
		got = r
		body, _ = io.ReadAll(r.Body)
		return wire.WriteJSON(w, http.StatusOK, map[string]int64{"n": 9007199254740993})
	})
	c.Token = "hunter2"
	ctx := wire.WithTrace(context.Background(), wire.StartTrace(http.Header{"X-Request-Id": {"r-1"}}))
	var out map[string]json.Number
	if err := c.JSON(ctx, http.MethodPost, "/a%2Fb", url.Values{"q": {"x&y"}}, map[string]string{"sql": "1<2"}, &out); err != nil {
		t.Fatal(err)
	}
	if got.RequestURI != "/a%2Fb?q=x%26y" || got.Header.Get("Authorization") != "Bearer hunter2" || got.Header.Get("X-Request-Id") != "r-1" ||
		got.Header.Get("Content-Type") != "application/json" || got.Header.Get("Traceparent") == "" {
		t.Errorf("%s %v", got.RequestURI, got.Header)
	}
	var sent map[string]string
	if err := json.Unmarshal(body, &sent); err != nil || sent["sql"] != "1<2" || out["n"] != "9007199254740993" {
		t.Errorf("sent %q, received %v (%v)", body, out, err)
	}

	resp, err := c.Do(context.Background(), wire.Call{Method: http.MethodPut, Path: "/x", Body: strings.NewReader("abc"), Size: 3, Header: http.Header{"If-Match": {`"e"`}}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got.ContentLength != 3 || string(body) != "abc" || got.Header.Get("If-Match") != `"e"` || got.Header.Get("X-Request-Id") != "" {
		t.Errorf("length %d, body %q, %v", got.ContentLength, body, got.Header)
	}
	if resp, err = c.Do(context.Background(), wire.Call{Method: http.MethodPut, Path: "/x", Body: io.LimitReader(strings.NewReader("abc"), 3), Size: -1}); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got.ContentLength != -1 || string(body) != "abc" {
		t.Errorf("of unknown length: %d, %q", got.ContentLength, body)
	}
}
