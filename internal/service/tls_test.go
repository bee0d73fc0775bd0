package service

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// certificate makes a certificate for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestDaemonsSpeakTLSAmongThemselves(t *testing.T) {
	cert, key := certificate(t)
	s := setup{
		tokens: Tokens{Current: NewSecret(hidden)},
		fleet:  func(f *Fleet) { f.TLSCert, f.TLSKey, f.TLSCA = cert, key, cert },
	}.run(t)
	env := s.env
	env.Peers = Peers{"queryd": strings.Replace(s.url, "http:", "https:", 1)}
	client := env.Peer("queryd")
	if err := client.JSON(context.Background(), http.MethodGet, "/ready", nil, nil, nil); err != nil {
		t.Errorf("with the authority of tls_ca: %v", err)
	}
	served, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	if !alive(context.Background(), env, served, 30*time.Second) {
		t.Error("the watchdog's probe does not get through TLS")
	}
	stranger := client
	stranger.HTTP = http.DefaultClient
	if err := stranger.JSON(context.Background(), http.MethodGet, "/ready", nil, nil, nil); !errors.Is(err, wire.ErrUnavailable) {
		t.Errorf("without it: %v, want a failure that names the peer", err)
	}
}

func TestHalfOrBrokenTLSStopsTheStart(t *testing.T) {
	cert, key := certificate(t)
	for _, f := range []Fleet{{TLSCert: cert}, {TLSKey: key}, {TLSCert: key, TLSKey: cert}, {TLSCert: cert, TLSKey: "/none"}} {
		f.Bind = "127.0.0.1"
		env := Env{Service: "queryd", Fleet: f}
		if l, err := Listen(env); err == nil {
			l.Close()
			t.Errorf("%+v was taken", f)
		} else if !strings.Contains(err.Error(), "tls_key") {
			t.Errorf("the error does not name the keys: %v", err)
		}
	}
}
