package embedd

import (
	"encoding/json"
	"net/http"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// embed serves POST /embed.
func (s *server) embed(w http.ResponseWriter, r *http.Request, mine *turn) error {
	var asked embedding.Request
	if err := wire.ReadJSON(r, &asked); err != nil {
		return err
	}
	f, err := s.vectors(r.Context(), mine, order{Request: asked, field: "texts"})
	if err != nil {
		return err
	}
	return writeAnswer(w, f)
}

// listModels serves GET /embed/models.
func (s *server) listModels(w http.ResponseWriter, r *http.Request) error {
	return wire.WriteJSON(w, http.StatusOK, embedding.Models{Models: states(r.Context(), s.models)})
}

// embedOpenAI serves POST /embeddings.
func (s *server) embedOpenAI(w http.ResponseWriter, r *http.Request, mine *turn) error {
	var asked embedding.OpenAIRequest
	if err := wire.ReadJSON(r, &asked); err != nil {
		return err
	}
	texts, err := inputOf(asked.Input)
	if err != nil {
		return err
	}
	asked.Input = nil
	formats := []string{"", embedding.FormatFloat, embedding.FormatBase64}
	if !slices.Contains(formats, asked.EncodingFormat) {
		return wire.ErrBadRequest.Errorf("there is no encoding_format %.40q; there are %s and %s", asked.EncodingFormat, embedding.FormatFloat, embedding.FormatBase64).
			With("field", "encoding_format")
	}
	f, err := s.vectors(r.Context(), mine, order{embedding.Request{Texts: texts, Model: asked.Model}, "input", asked.Dimensions})
	if err != nil {
		return err
	}
	return writeOpenAI(w, f, asked.EncodingFormat == embedding.FormatBase64)
}

// inputOf reads a text or a list of texts.
func inputOf(raw json.RawMessage) ([]string, error) {
	var one string
	var many []string
	var tokens []json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil, wire.ErrBadRequest.Errorf(`"input" is missing; send a text, or a list of texts`).With("field", "input")
	case json.Unmarshal(raw, &one) == nil:
		return []string{one}, nil
	case json.Unmarshal(raw, &many) == nil:
		return many, nil
	case json.Unmarshal(raw, &tokens) == nil:
		return nil, wire.ErrNotSupported.Errorf(`"input" has what is no text; tokens are not taken, since each model has its own: send a text, or a list of texts`).With("field", "input")
	}
	return nil, wire.ErrBadRequest.Errorf(`"input" is neither a text nor a list of texts`).With("field", "input")
}
