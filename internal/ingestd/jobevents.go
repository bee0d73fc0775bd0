package ingestd

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/tmaxmax/go-sse"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// heartbeatEvery is how often a stream without news says that it is alive.
const heartbeatEvery = 15 * time.Second

// writePatience is how long one event may take to be sent. A client that takes
// none for so long has left, whatever its connection says.
const writePatience = 30 * time.Second

// handleJobEvents streams what becomes of a job. Every event is the job as it is
// then, so who comes back, or reads slowly, gets the newest and has missed nothing
// that counts.
func (d *ingestd) handleJobEvents(w http.ResponseWriter, r *http.Request) error {
	j, err := d.jobOf(r)
	if err != nil {
		return err
	}
	seen, _ := strconv.ParseInt(r.Header.Get(ingest.HeaderLastEventID), 10, 64) // what is no id of ours was not seen
	if shown, event, _ := j.look(); shown.State.Ended() && event == seen {
		w.WriteHeader(http.StatusNoContent) // tells a browser not to come again
		return nil
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // for an nginx before the gateway
	w.WriteHeader(http.StatusOK)
	stream := eventStream{w: w, control: http.NewResponseController(w)}
	heartbeat := time.NewTicker(d.heartbeat)
	defer heartbeat.Stop()
	for {
		shown, event, next := j.look()
		if event != seen {
			if err := stream.sendJob(shown, event); err != nil {
				return err
			}
			seen = event
		}
		if shown.State.Ended() {
			return stream.end()
		}
		select {
		case <-next:
		case <-heartbeat.C:
			if err := stream.sendComment("alive"); err != nil {
				return err
			}
		case <-service.Draining(r.Context()):
			return stream.end() // the client comes again, and is told the rest
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}

// eventStream writes server-sent events, each at once.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s eventStream) sendJob(shown ingest.Job, event int64) error {
	text, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	kind := "job"
	if shown.State.Ended() {
		kind = "end"
	}
	m := sse.Message{ID: sse.ID(strconv.FormatInt(event, 10)), Type: sse.Type(kind)}
	m.AppendData(string(text))
	return s.send(&m)
}

func (s eventStream) sendComment(text string) error {
	var m sse.Message
	m.AppendComment(text)
	return s.send(&m)
}

func (s eventStream) send(m *sse.Message) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(writePatience)) // unsupported only in tests without a connection
	if _, err := m.WriteTo(s.w); err != nil {
		return err
	}
	return s.control.Flush()
}

// end leaves the connection as it was found, for the next request.
func (s eventStream) end() error {
	_ = s.control.SetWriteDeadline(time.Time{})
	return nil
}
