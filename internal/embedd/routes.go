package embedd

import (
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Routes describes the daemon's operations, for the specification.
func Routes() []service.Route { return (&server{config: Defaults()}).routes() }

// routes is the whole API of the daemon.
func (s *server) routes() []service.Route {
	failures := []*wire.Kind{embedding.ErrBadText, embedding.ErrTextTooLong, embedding.ErrTooManyTexts, embedding.ErrModelNotFound, embedding.ErrModelChanged,
		embedding.ErrTooManyCalls, embedding.ErrBadProvider, embedding.ErrRefused, embedding.ErrProviderDown, embedding.ErrEmbedTimeout}
	return []service.Route{
		{
			Method: "POST", Path: "/embed", ID: "embed", Summary: "Make vectors of texts", Access: service.Read, MaxBody: s.config.MaxBodyBytes, UploadRate: uploadRate, UploadTime: uploadTime,
			Body: &service.Body{Type: embedding.Request{}, Example: `{"texts":["forklift operator, night shift"],"input_type":"query"}`},
			Answers: []service.Answer{{Status: http.StatusOK, Doc: "a vector for each text, in their order; the example has the first numbers of one", Type: embedding.Answer{},
				Example: `{"model":"minilm","dimension":384,"vectors":[[0.021,-0.064,0.013]],"truncated":[false]}`}},
			Errors: failures, Handle: s.permitted(s.embed),
		},
		{
			Method: "GET", Path: "/embed/models", ID: "list_embedding_models", Summary: "List the models that make vectors of texts, and how each is", Access: service.Read,
			Answers: []service.Answer{{Status: http.StatusOK, Doc: "the default first", Type: embedding.Models{},
				Example: `{"models":[{"name":"minilm","provider":"builtin","default":true,"ready":true,"dimension":384,"max_tokens":256,"revision":"sha256:53aa51172d142c89"}]}`}}, Handle: s.listModels,
		},
		{
			Method: "POST", Path: "/embeddings", ID: "create_embedding", Summary: "Make vectors of texts, as OpenAI's API does", Access: service.Read, MaxBody: s.config.MaxBodyBytes, UploadRate: uploadRate, UploadTime: uploadTime,
			Body: &service.Body{Type: embedding.OpenAIRequest{}, Example: `{"input":"forklift operator, night shift","model":"minilm"}`},
			Answers: []service.Answer{{Status: http.StatusOK, Doc: "an embedding for each text, in their order; the example has the first numbers of one", Type: embedding.OpenAIAnswer{},
				Example: `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.021,-0.064,0.013]}],"model":"minilm","usage":{"prompt_tokens":8,"total_tokens":8}}`}},
			Errors: append(failures[:len(failures):len(failures)], embedding.ErrDimensions), ErrorAs: wire.AsOpenAI, Handle: s.permitted(s.embedOpenAI),
		},
	}
}

// A body has memory that others wait for, so that it has to come in some time: the largest ones
// in half the time that somebody waits unless that is configured.
const (
	uploadRate = 64 << 10 // bytes a second
	uploadTime = 30 * time.Second
)

// permitted has a handler wait for a permit where it reads a request of any size.
func (s *server) permitted(h func(http.ResponseWriter, *http.Request, *permit) error) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		mine := s.permits.permit()
		defer mine.leave()
		r.Body = &body{ReadCloser: r.Body, mine: mine, ctx: r.Context(), length: r.ContentLength}
		return h(w, r, mine)
	}
}
