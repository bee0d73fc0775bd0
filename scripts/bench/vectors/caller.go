package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"
)

// caller posts bodies to one address, over connections that are kept.
type caller struct {
	http   *http.Client
	url    string
	media  string // of what is sent
	accept string // of what is wanted back; "" for what there is
}

// callers are for so many at once.
func callers(n int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n, DisableCompression: true,
		WriteBufferSize: 64 << 10, ReadBufferSize: 64 << 10}}
}

// post gives the answer, and how long it took until its last byte was there.
func (c *caller) post(ctx context.Context, body []byte) ([]byte, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Content-Type", c.media)
	if c.accept != "" {
		req.Header.Set("Accept", c.accept)
	}
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	answer.Grow(int(max(resp.ContentLength, 0)) + bytes.MinRead) // the last is for the end to be seen
	_, err = answer.ReadFrom(resp.Body)
	took := time.Since(start)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s: %.300s", c.url, resp.Status, answer.Bytes())
	}
	return answer.Bytes(), took, err
}
