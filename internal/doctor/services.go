package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/httpfs"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const answerTimeout = 2 * time.Second

// extension tells whether queries can read straight from S3.
func extension(_ context.Context, f Fleet) []Check {
	path, err := f.Extension()
	status := Skip
	if f.Storaged.InS3() {
		status = Warn // queries go through storaged and a cache
	}
	if f.Access == "s3" {
		status = Fail
	}
	if err != nil {
		return trouble("httpfs", status, httpfs.Remedy(), "%s; only queries straight from S3 need it", oneLine(err.Error()))
	}
	if _, err := f.Worker(path); err != nil {
		if status == Skip {
			status = Warn
		}
		return trouble("httpfs", status, httpfs.Remedy(), "%s does not load: %s", path, oneLine(err.Error()))
	}
	return ok("httpfs", "%s is for DuckDB %s on %s, and loads", path, httpfs.Version, httpfs.Platform())
}

// sandbox starts a query worker and tells what the kernel enforced on it.
func sandbox(_ context.Context, f Fleet) []Check {
	walls, err := f.Worker("")
	switch {
	case err != nil:
		return trouble("sandbox", Fail, "look at what it says; without workers there is no SQL and no ingest", "a query worker does not start: %s", oneLine(err.Error()))
	case walls.LandlockABI == 0:
		return trouble("sandbox", Warn, "boot a kernel from 5.13 on with landlock in its lsm= list", "this kernel has no Landlock: files are kept from queries by DuckDB's lock alone")
	case !walls.Seccomp:
		return trouble("sandbox", Warn, "boot a kernel with CONFIG_SECCOMP_FILTER", "this kernel has no seccomp filters; Landlock has version %d", walls.LandlockABI)
	case walls.LandlockABI < 4:
		return trouble("sandbox", Warn, "boot a kernel from 6.7 on, if queries read straight from S3", "Landlock has version %d, which cannot bound connections; seccomp is enforced", walls.LandlockABI)
	}
	return ok("sandbox", "Landlock version %d and seccomp are enforced on a query worker", walls.LandlockABI)
}

// ollama tells whether each one answers that embedd has models of, and has these.
func ollama(ctx context.Context, f Fleet) []Check {
	at := map[string][]remote.Config{}
	for _, name := range slices.Sorted(maps.Keys(f.Models)) {
		if m := f.Models[name].Complete(name); m.Provider == remote.Ollama {
			at[m.URL] = append(at[m.URL], m)
		}
	}
	if len(at) == 0 {
		return skip("ollama", "no [embedd.models.NAME] of this configuration is Ollama's")
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	var there, wrong, fixes []string
	for _, url := range slices.Sorted(maps.Keys(at)) {
		var answer struct{ Models []struct{ Name string } }
		if err := getJSON(ctx, url+"/api/tags", &answer); err != nil {
			wrong = append(wrong, fmt.Sprintf("no Ollama answers at %s, where embedd has models", url))
			fixes = append(fixes, "start it with: "+at[url][0].OllamaCommand("serve"))
			continue
		}
		names := make([]string, len(answer.Models))
		for i, m := range answer.Models {
			names[i] = m.Name
		}
		for _, m := range at[url] {
			if !slices.ContainsFunc(names, m.IsCalled) {
				wrong = append(wrong, fmt.Sprintf("Ollama at %s does not have the model %s", url, m.Model))
				fixes = append(fixes, m.OllamaCommand("pull "+m.Model))
			}
		}
		there = append(there, fmt.Sprintf("%s answers, and has %s", url, cmp.Or(strings.Join(names, ", "), "no model")))
	}
	if wrong != nil {
		return trouble("ollama", Warn, strings.Join(fixes, "; "), "%s", some(wrong))
	}
	return ok("ollama", "%s", strings.Join(there, "; "))
}

func getJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into)
}

// unhealthy says why a fleet did not tell how it is.
func unhealthy(gateway wire.Client, err error) []Check {
	var answer *wire.Problem
	switch {
	case errors.Is(err, wire.ErrUnauthorized) && gateway.Token == "":
		return trouble("fleet", Warn, "set AUTH_TOKEN in the environment to a token of that fleet, or run the doctor as a user who may read its auth.env",
			"a fleet answers at %s, and asks for a token; there is none here", gateway.Base)
	case errors.Is(err, wire.ErrUnauthorized):
		return trouble("fleet", Warn, "set AUTH_TOKEN in the environment to a token of that fleet; where its auth.env has changed since it started, restart it",
			"a fleet answers at %s, and does not accept the token of this configuration and environment", gateway.Base)
	case errors.As(err, &answer) && !errors.Is(err, wire.ErrUnavailable):
		return trouble("fleet", Warn, "look whether that is the fleet's gateway, and at its log", "%s answers, but not how a fleet is: %s", gateway.Base, oneLine(answer.Detail))
	}
	return skip("fleet", "no fleet answers at %s", gateway.Base)
}

// fleet asks a running fleet how its daemons are.
func fleet(ctx context.Context, f Fleet) []Check {
	if f.Gateway.Base == "" {
		return skip("fleet", "%s", unread)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	gateway := f.Gateway
	gateway.Base = strings.TrimSuffix(gateway.Base, "/") + "/v1"
	var health service.FleetHealth
	if err := gateway.JSON(ctx, http.MethodGet, "/health", nil, nil, &health); err != nil {
		return unhealthy(f.Gateway, err)
	}
	var bad, versions []string
	for _, name := range slices.Sorted(maps.Keys(health.Services)) {
		s := health.Services[name]
		if s.Status != service.StatusOK {
			reasons := strings.Join(s.Reasons, ", ")
			if s.Status != service.StatusDown || reasons == "" { // else they say it
				reasons = strings.TrimSuffix(fmt.Sprintf("%s is %s: %s", name, s.Status, reasons), ": ")
			}
			bad = append(bad, reasons)
		}
		if s.Version != "" && !slices.Contains(versions, s.Version) {
			versions = append(versions, s.Version)
		}
	}
	switch {
	case bad != nil:
		return trouble("fleet", Fail, "look at their logs; lakehouse status asks again", "%s", strings.Join(bad, "; "))
	case len(versions) > 1:
		return trouble("fleet", Warn, "restart the older ones", "daemons of several versions run together: %s", strings.Join(versions, ", "))
	case len(versions) == 1 && versions[0] != service.Version():
		return trouble("fleet", Warn, "restart the fleet, or run the doctor of its version", "the fleet runs %s, and this is %s", versions[0], service.Version())
	}
	return ok("fleet", "the gateway answers, and the %d daemons behind it are ok, all of version %s", len(health.Services), strings.Join(versions, ""))
}
