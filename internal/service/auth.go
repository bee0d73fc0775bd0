package service

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// guard decides who may call. With a token set it asks for one; without, it
// keeps the API to programs on this box.
type guard struct {
	tokens       Tokens
	allowedHosts []string
	allowedIPs   []netip.Prefix
	origin       *http.CrossOriginProtection
}

// IsForwarding tells a header that a proxy adds. Without a token they mean that
// somebody put the API on a network by accident.
func IsForwarding(header string) bool {
	switch header {
	case "Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip":
		return true
	}
	return header == "X-Forwarded" || strings.HasPrefix(header, "X-Forwarded-")
}

func newGuard(f Fleet, tokens Tokens) (*guard, error) {
	g := &guard{tokens: tokens, origin: http.NewCrossOriginProtection()}
	for _, host := range f.AllowedHosts {
		g.allowedHosts = append(g.allowedHosts, strings.ToLower(host))
	}
	for _, text := range f.AllowedIPs {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, err
		}
		g.allowedIPs = append(g.allowedIPs, prefix)
	}
	return g, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix, nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("allowed_ips: %q is neither an address nor a CIDR", text)
	}
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// check returns the problem that keeps r from a route with the given access.
func (g *guard) check(r *http.Request, access Access) error {
	if err := g.checkIP(r.RemoteAddr); err != nil {
		return err
	}
	if !g.tokens.Current.IsSet() {
		if err := g.checkLocal(r); err != nil {
			return err
		}
	}
	if err := g.origin.Check(r); err != nil {
		return wire.ErrCrossOrigin.Errorf("a page of another origin may not write here; call the API from a program or from its own console")
	}
	if !g.tokens.Current.IsSet() || access == Open {
		return nil
	}
	return g.checkToken(r.Header.Get("Authorization"), access)
}

func (g *guard) checkIP(remote string) error {
	if len(g.allowedIPs) == 0 {
		return nil
	}
	addrPort, err := netip.ParseAddrPort(remote)
	if err == nil {
		addr := addrPort.Addr().Unmap()
		if slices.ContainsFunc(g.allowedIPs, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			return nil
		}
	}
	return wire.ErrIPNotAllowed.Errorf("this address is not in allowed_ips")
}

func (g *guard) checkLocal(r *http.Request) error {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if !isLoopback(host) && !slices.Contains(g.allowedHosts, host) {
		return wire.ErrHostNotAllowed.Errorf("the Host %q is neither a loopback name nor in allowed_hosts; set AUTH_TOKEN or add it there", host)
	}
	for name := range r.Header {
		if IsForwarding(name) {
			return wire.ErrProxyNoToken.Errorf("the request came through a proxy (%s) and no token is set; set AUTH_TOKEN before exposing the API", name)
		}
	}
	return nil
}

func (g *guard) checkToken(header string, access Access) error {
	scheme, given, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || given == "" {
		return wire.ErrUnauthorized.Errorf("send the token as Authorization: Bearer TOKEN")
	}
	given = strings.TrimSpace(given)
	full := sameSecret(given, g.tokens.Current)
	if sameSecret(given, g.tokens.Next) {
		full = true
	}
	readOnly := sameSecret(given, g.tokens.Read)
	switch {
	case full, readOnly && access == Read:
		return nil
	case readOnly:
		return wire.ErrReadOnlyToken.Errorf("this token may only read and query; use the full token for this operation")
	}
	return wire.ErrUnauthorized.Errorf("the token is not valid here")
}

// sameSecret compares in constant time, whatever the lengths.
func sameSecret(given string, want Secret) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(want.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && want.IsSet()
}

// isLoopback tells whether a host, without a port, can only be this box.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// checkBind refuses to listen beyond loopback without a token.
func checkBind(listen string, tokens Tokens) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("listen address %q: %w", listen, err)
	}
	if !tokens.Current.IsSet() && !isLoopback(host) {
		return fmt.Errorf("refusing to listen on %s without a token: set AUTH_TOKEN (in the environment or in auth.env), or bind to 127.0.0.1", listen)
	}
	return nil
}
