package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxRetryMS bounds the hint of a peer to what a time.Duration can hold.
const maxRetryMS = int64(24 * time.Hour / time.Millisecond)

// ContentTypeProblem is the media type of every error answer (RFC 9457).
const ContentTypeProblem = "application/problem+json"

// Kind is a class of error that a client can act upon: one HTTP status, one
// stable code, one short title. Kinds are package variables of the contract
// that owns them and are compared by code, so a Kind decoded from the network
// equals the declared one.
type Kind struct {
	Status int
	Code   string
	Title  string
}

// Error returns the title, so that a Kind can be the target of errors.Is.
func (k *Kind) Error() string { return k.Title }

// Is reports whether target is a Kind with the same code.
func (k *Kind) Is(target error) bool {
	other, ok := target.(*Kind)
	return ok && other.Code == k.Code
}

// Errorf returns an occurrence of the kind. The text is shown to clients: it
// says what was wrong and how to mend it, and holds no secret. A long one is cut.
func (k *Kind) Errorf(format string, args ...any) *Problem {
	return &Problem{Kind: k, Detail: cut(fmt.Sprintf(format, args...))}
}

// maxSaid bounds a text of a problem, in bytes: what a sender calls a thing would come back,
// and fill the log, whole.
const maxSaid = 8 << 10

// cut gives the beginning of a long text, and how long it was.
func cut(text string) string {
	if len(text) <= maxSaid {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes in all)", strings.ToValidUTF8(text[:maxSaid], ""), len(text))
}

// Problem is one occurrence of a [Kind]: an error with words for people, a code
// for machines and a cause for the log. Only the cause stays out of the answer.
type Problem struct {
	Kind       *Kind
	Detail     string
	RequestID  string
	RetryAfter time.Duration  // 0: the client is not told when to come again
	Fields     map[string]any // extension members: diff, line, limit, ...
	cause      error
	private    bool
}

// Private returns the problem with a detail that is for the client alone, since it may name
// somebody: Error, and with it the log, gives the code and nothing else.
func (p *Problem) Private() *Problem {
	q := *p
	q.private = true
	return &q
}

// With returns the problem with an extension member added; a long text is cut.
func (p *Problem) With(name string, value any) *Problem {
	q := *p
	q.Fields = maps.Clone(p.Fields)
	if q.Fields == nil {
		q.Fields = map[string]any{}
	}
	if text, is := value.(string); is {
		value = cut(text)
	}
	q.Fields[name] = value
	return &q
}

// Advise returns the problem with what can be done about it behind its detail.
func (p *Problem) Advise(remedy string) *Problem {
	q := *p
	q.Detail = strings.TrimRight(p.Detail, ".;") + "; " + remedy
	return &q
}

// After returns the problem with a hint when a retry is worth it, sent as the
// Retry-After header and as retry_after_ms.
func (p *Problem) After(d time.Duration) *Problem {
	q := *p
	q.RetryAfter = d
	return &q
}

// Because returns the problem with its cause, which the log shows and the
// client does not.
func (p *Problem) Because(err error) *Problem {
	q := *p
	q.cause = err
	return &q
}

// Error gives the code and the detail, and the cause where there is one; of a private
// problem the code.
func (p *Problem) Error() string {
	if p.private {
		return p.Kind.Code
	}
	if p.cause != nil {
		return fmt.Sprintf("%s: %s (%s)", p.Kind.Code, p.Detail, cut(p.cause.Error()))
	}
	return p.Kind.Code + ": " + p.Detail
}

// Is makes errors.Is(problem, kind) hold by code.
func (p *Problem) Is(target error) bool { return p.Kind.Is(target) }

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.cause }

// MarshalJSON writes the problem document with its extension members beside the
// standard ones.
func (p *Problem) MarshalJSON() ([]byte, error) { return p.document() }

// document writes the standard members first, as a person reads them, then the
// extensions by name. It leaves & and < as they are: no browser runs it.
func (p *Problem) document() ([]byte, error) {
	members := []member{
		{"type", "urn:lakehouse:problem:" + p.Kind.Code}, {"title", p.Kind.Title}, {"status", p.Kind.Status},
		{"detail", p.Detail}, {"code", p.Kind.Code},
	}
	if p.RequestID != "" { // what went wrong in the background has none
		members = append(members, member{"request_id", p.RequestID})
	}
	if p.RetryAfter > 0 {
		members = append(members, member{"retry_after_ms", p.RetryAfter.Milliseconds()})
	}
	standard := len(members)
	for _, name := range slices.Sorted(maps.Keys(p.Fields)) {
		if !slices.ContainsFunc(members[:standard], func(m member) bool { return strings.EqualFold(m.name, name) }) {
			members = append(members, member{name, p.Fields[name]})
		}
	}
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetEscapeHTML(false)
	for i, m := range members {
		doc.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&doc, "%q:", m.name)
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
		doc.Truncate(doc.Len() - 1) // the Encoder's line end
	}
	doc.WriteByte('}')
	return doc.Bytes(), nil
}

// member is one name and value of a problem document.
type member struct {
	name  string
	value any
}

// UnmarshalJSON reads a problem document; extension members keep their numbers
// as json.Number.
func (p *Problem) UnmarshalJSON(b []byte) error {
	var std struct {
		Title, Detail, Code string
		Status              int
		RequestID           string `json:"request_id"`
		RetryAfterMS        int64  `json:"retry_after_ms"`
	}
	if err := json.Unmarshal(b, &std); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	fields := map[string]any{}
	if err := dec.Decode(&fields); err != nil {
		return err
	}
	for _, name := range []string{"type", "title", "status", "detail", "code", "request_id", "retry_after_ms"} {
		maps.DeleteFunc(fields, func(given string, _ any) bool { return strings.EqualFold(given, name) })
	}
	*p = Problem{
		Kind:       &Kind{Status: std.Status, Code: std.Code, Title: std.Title},
		Detail:     std.Detail,
		RequestID:  std.RequestID,
		RetryAfter: time.Duration(min(max(std.RetryAfterMS, 0), maxRetryMS)) * time.Millisecond,
		Fields:     fields,
	}
	return nil
}

// AsProblem turns any error into the problem a client is shown. This is the one
// place where errors become status codes: a *Problem stays itself, a bare
// *Kind speaks with its title, an over-long body is a 413, and everything else
// is an internal error whose cause goes to the log alone.
func AsProblem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var k *Kind
	if errors.As(err, &k) {
		return k.Errorf("%s", k.Title).Because(err)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return ErrBodyTooLarge.Errorf("the request body is over %d bytes", tooLarge.Limit).With("limit", tooLarge.Limit)
	}
	return ErrInternal.Errorf("something went wrong here; the log has the cause under this request id").Because(err)
}

// WriteProblem answers with err as a problem document. The caller guarantees
// that no header was written yet.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) { WriteError(w, r, err, nil) }

// WriteError answers with err in another form, of which shape gives the JSON; nil: as a
// problem document. The caller guarantees that no header was written yet.
func WriteError(w http.ResponseWriter, r *http.Request, err error, shape func(*Problem) any) {
	p := *AsProblem(err)
	p.RequestID = RequestID(r.Context())
	media, body, encErr := ContentTypeProblem, []byte(nil), error(nil)
	if shape == nil {
		body, encErr = p.document()
	} else {
		media = "application/json"
		body, encErr = json.Marshal(shape(&p))
	}
	if encErr != nil {
		body = fmt.Appendf(nil, `{"status":500,"code":%q,"title":%q}`, ErrInternal.Code, ErrInternal.Title)
		p.Kind = ErrInternal
	}
	body = append(body, '\n')
	h := w.Header()
	for _, name := range []string{"ETag", "Last-Modified", "Content-Encoding", "Content-Disposition", "Content-Range"} {
		h.Del(name) // of the answer that this one replaces
	}
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if p.RetryAfter > 0 {
		seconds := int64((p.RetryAfter + time.Second - 1) / time.Second)
		h.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	w.WriteHeader(p.Kind.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
