package embedd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// embed serves POST /embed.
func (s *server) embed(w http.ResponseWriter, r *http.Request, mine *permit) error {
	var asked embedding.Request
	if err := wire.ReadJSON(r, &asked, wire.Bound{Field: "texts", Most: embedding.MaxTexts, TooMany: tooMany("texts")}); err != nil {
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
func (s *server) embedOpenAI(w http.ResponseWriter, r *http.Request, mine *permit) error {
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
	f, err := s.vectors(r.Context(), mine, order{Request: embedding.Request{Texts: texts, Model: asked.Model}, field: "input", dimensions: asked.Dimensions})
	if err != nil {
		return err
	}
	return writeOpenAI(w, f, asked.EncodingFormat == embedding.FormatBase64)
}

// inputOf reads a text or a list of texts. A list that begins with a token is none, however
// long it is.
func inputOf(raw json.RawMessage) (texts []string, err error) {
	list, isList := bytes.CutPrefix(raw, []byte("["))
	switch first := bytes.TrimLeft(list, " \t\r\n"); {
	case len(raw) == 0 || string(raw) == "null":
		return nil, wire.ErrBadRequest.Errorf(`"input" is missing; send a text, or a list of texts`).With("field", "input")
	case raw[0] == '"':
		texts = make([]string, 1)
		return texts, json.Unmarshal(raw, &texts[0])
	case !isList:
		return nil, wire.ErrBadRequest.Errorf(`"input" is neither a text nor a list of texts`).With("field", "input")
	case !bytes.ContainsAny(first[:1], "\"]n"): // of a text, the end, or null
	case wire.Elements(raw, embedding.MaxTexts) > embedding.MaxTexts:
		return nil, tooMany("input")(embedding.MaxTexts + 1)
	case json.Unmarshal(raw, &texts) == nil:
		return texts, nil
	}
	return nil, wire.ErrNotSupported.Errorf(`"input" has what is no text; tokens are not taken, since each model has its own: send a text, or a list of texts`).With("field", "input")
}

// tooMany refuses more texts than a request may have.
func tooMany(field string) func(int) error {
	return func(n int) error {
		return embedding.ErrTooManyTexts.Errorf("there are %d texts at least, and one request may have %d; send them in several", n, embedding.MaxTexts).
			With("field", field).With("limit", embedding.MaxTexts)
	}
}
