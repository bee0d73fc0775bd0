package wire

import "net/http"

// The kinds that any daemon may answer with. The contracts add their own.
var (
	ErrBadRequest       = &Kind{http.StatusBadRequest, "bad_request", "Bad request"}
	ErrUnknownParameter = &Kind{http.StatusBadRequest, "unknown_parameter", "Unknown parameter"}
	ErrUnknownField     = &Kind{http.StatusBadRequest, "unknown_field", "Unknown field"}
	ErrNotSupported     = &Kind{http.StatusBadRequest, "not_supported", "Not supported"}
	ErrBodyTooLarge     = &Kind{http.StatusRequestEntityTooLarge, "body_too_large", "Body too large"}
	ErrBodyIdle         = &Kind{http.StatusRequestTimeout, "body_idle", "The upload stood still"}
	ErrUnauthorized     = &Kind{http.StatusUnauthorized, "unauthorized", "Unauthorized"}
	ErrReadOnlyToken    = &Kind{http.StatusForbidden, "read_only_token", "Read-only token"}
	ErrHostNotAllowed   = &Kind{http.StatusMisdirectedRequest, "host_not_allowed", "Host not allowed"}
	ErrProxyNoToken     = &Kind{http.StatusForbidden, "proxy_without_token", "Proxy without a token"}
	ErrIPNotAllowed     = &Kind{http.StatusForbidden, "ip_not_allowed", "Address not allowed"}
	ErrCrossOrigin      = &Kind{http.StatusForbidden, "cross_origin", "Cross-origin write"}
	ErrRouteNotFound    = &Kind{http.StatusNotFound, "route_not_found", "No such route"}
	ErrMethodNotAllowed = &Kind{http.StatusMethodNotAllowed, "method_not_allowed", "Method not allowed"}
	ErrUnavailable      = &Kind{http.StatusServiceUnavailable, "service_unavailable", "Service unavailable"}
	ErrNotReady         = &Kind{http.StatusServiceUnavailable, "not_ready", "Not ready"}
	ErrPeerTimeout      = &Kind{http.StatusGatewayTimeout, "peer_timeout", "A peer took too long"}
	ErrInternal         = &Kind{http.StatusInternalServerError, "internal", "Internal error"}
)
