package wire

import "net/http"

// OpenAIError is an error as OpenAI's API words it, for the routes that speak that API: what
// its clients know how to read, with the status, the code and the text of a [Problem].
type OpenAIError struct {
	Error OpenAIFailure `json:"error"`
}

// OpenAIFailure is what went wrong.
type OpenAIFailure struct {
	Message string  `json:"message"` // what was wrong here, and how to mend it
	Type    string  `json:"type" enum:"invalid_request_error,authentication_error,permission_error,rate_limit_error,server_error"`
	Param   *string `json:"param"` // the field of the request that is at fault, where it is one
	Code    string  `json:"code"`  // stable
}

// AsOpenAI gives a problem in that form. What the problem has beside is left out: a hint when
// to come again is in the header Retry-After, the id of the request in X-Request-Id.
func AsOpenAI(p *Problem) any {
	e := OpenAIError{OpenAIFailure{Message: p.Detail, Type: openAIType(p.Kind.Status), Code: p.Kind.Code}}
	for _, name := range []string{"field", "parameter"} {
		if param, ok := p.Fields[name].(string); ok {
			e.Error.Param = &param
		}
	}
	return e
}

func openAIType(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusForbidden:
		return "permission_error"
	case status == http.StatusTooManyRequests:
		return "rate_limit_error"
	case status >= 500:
		return "server_error"
	}
	return "invalid_request_error"
}
