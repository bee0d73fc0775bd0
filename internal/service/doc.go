// Package service is what every daemon of the fleet is, apart from its purpose.
//
// A daemon is a list of [Route]s and a few hooks ([Daemon]); this package gives
// it all that is alike:
//
//   - configuration: one strict lakehouse.toml, environment overrides, --check;
//   - the bind policy: loopback without a token, anything else only with one;
//   - authentication by bearer token (current, next, read-only), and where no
//     token is set the checks of Host, forwarding headers and Origin that keep
//     web pages and careless proxies out;
//   - /health, /ready and /metrics; a request id and trace context in and out;
//     one wide log line per request;
//   - bounds on bodies, an end for idle uploads, problem answers, panics caught
//     and counted, and an aborted connection when an error comes too late;
//   - a drain on SIGTERM: requests in flight finish within a bound while /ready
//     and every new request are a 503 with Retry-After; systemd is told;
//   - the OpenAPI description of its routes, from the routes themselves.
//
// A route is declared once. Its access, its query parameters, its body bound
// and its description in the specification all come from that declaration, so
// they cannot drift apart. The package knows no daemon.
package service
