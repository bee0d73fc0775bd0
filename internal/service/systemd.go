package service

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notifySystemd tells systemd, where it listens, that the daemon is ready, that
// it stops when ctx ends, and in between feeds the watchdog after probing its
// own /health. The channel closes when it has ended.
func notifySystemd(ctx context.Context, env Env, addr net.Addr) <-chan struct{} {
	done := make(chan struct{})
	send := func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			env.Log.Warn("systemd was not notified", "error", err)
		}
	}
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		env.Log.Warn("the watchdog interval cannot be read", "error", err)
	}
	send(daemon.SdNotifyReady)
	go func() {
		defer close(done)
		defer send(daemon.SdNotifyStopping)
		if interval == 0 {
			<-ctx.Done()
			return
		}
		tick := time.NewTicker(interval / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if alive(ctx, env, addr, interval/3) {
					send(daemon.SdNotifyWatchdog)
				}
			}
		}
	}()
	return done
}

// alive asks the daemon's own listener, so that a wedged server is restarted.
func alive(ctx context.Context, env Env, addr net.Addr, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	scheme, transport := "http", &http.Transport{DisableKeepAlives: true}
	if env.Fleet.TLSCert != "" {
		// The probe is of this process, by its own address: the name in the
		// certificate proves nothing here.
		scheme, transport.TLSClientConfig = "https", &tls.Config{InsecureSkipVerify: true}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+addr.String()+"/health", nil)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
