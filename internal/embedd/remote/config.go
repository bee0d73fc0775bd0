package remote

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// The providers.
const (
	Ollama = "ollama"
	OpenAI = "openai" // and whoever speaks its API
)

// Config is a section [embedd.models.NAME].
type Config struct {
	Provider       string           `toml:"provider"`        // ollama or openai
	URL            string           `toml:"url"`             // of the provider; openai: with the path before /embeddings
	Model          string           `toml:"model"`           // as the provider calls it; "": as the section
	Revision       string           `toml:"revision"`        // of its weights; openai alone, which tells none; "": made of url and model
	Dimension      int              `toml:"dimension"`       // of its vectors; 0: of the first that come
	QueryPrefix    *string          `toml:"query_prefix"`    // put before a text that is searched with
	DocumentPrefix *string          `toml:"document_prefix"` // put before a text that is kept
	KeepAlive      string           `toml:"keep_alive"`      // how long Ollama keeps the model loaded; "": its own default
	KeyFile        string           `toml:"key_file"`        // holds the bearer key; read at every call
	MaxBatch       int              `toml:"max_batch"`       // texts of one call; 0: 64
	MaxChars       int              `toml:"max_chars"`       // of a text that are sent; 0: 65536
	MaxConcurrent  int              `toml:"max_concurrent"`  // calls at once; 0: 4
	Timeout        service.Duration `toml:"timeout"`         // of one call; 0: 1m
}

// Check names the first key whose value cannot work, by the section's name.
func (c Config) Check(section string) error {
	_, keepErr := time.ParseDuration(cmp.Or(c.KeepAlive, "0s"))
	urlErr := c.checkURL()
	switch {
	case c.Provider == "":
		return fmt.Errorf("[%s] provider is missing; it is %q, or %q for whoever speaks its API", section, Ollama, OpenAI)
	case c.Provider != Ollama && c.Provider != OpenAI:
		return fmt.Errorf("[%s] provider = %q is none of %s, %s", section, c.Provider, Ollama, OpenAI)
	case urlErr != nil:
		return fmt.Errorf("[%s] %w", section, urlErr)
	case c.Revision != "" && c.Provider == Ollama:
		return fmt.Errorf("[%s] revision is for openai alone; Ollama tells that of its models", section)
	case c.Dimension < 0:
		return fmt.Errorf("[%s] dimension is negative; 0 means that of the first vectors that come", section)
	case c.MaxBatch < 0 || c.MaxBatch > embedding.MaxTexts:
		return fmt.Errorf("[%s] max_batch is %d; it can be 1 to %d, or 0 for %d", section, c.MaxBatch, embedding.MaxTexts, defaultBatch)
	case c.MaxChars < 0:
		return fmt.Errorf("[%s] max_chars is negative; 0 means %d", section, defaultChars)
	case c.MaxConcurrent < 0:
		return fmt.Errorf("[%s] max_concurrent is negative; 0 means %d", section, defaultConcurrent)
	case keepErr != nil:
		return fmt.Errorf("[%s] keep_alive = %q is no duration; write it like \"30m\", or \"-1s\" for always", section, c.KeepAlive)
	}
	return nil
}

func (c Config) checkURL() error {
	example := defaultOllama
	if c.Provider == OpenAI {
		example = exampleOpenAI
	}
	err := service.CheckAddress(cmp.Or(c.URL, example), example, "a key belongs in key_file")
	switch {
	case c.URL == "" && c.Provider == OpenAI:
		return fmt.Errorf("url is missing; texts are sent there, so write it down, as in %q", example)
	case err != nil:
		return fmt.Errorf("url %w", err)
	case c.Provider == OpenAI && strings.HasSuffix(strings.TrimSuffix(c.URL, "/"), "/embeddings"):
		return fmt.Errorf("url is what stands before /embeddings, as in %q; leave /embeddings out", example)
	case c.KeyFile != "" && inTheClear(c.URL):
		return errors.New("url: the key in key_file would cross a network in the clear; write https://, or leave key_file out")
	}
	return nil
}

// inTheClear tells an address beyond this box without encryption.
func inTheClear(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

const (
	defaultBatch      = 64
	defaultChars      = 64 << 10
	defaultConcurrent = 4
	defaultTimeout    = service.Duration(time.Minute)
	defaultOllamaHost = "127.0.0.1:11434"
	exampleOpenAI     = "https://api.openai.com/v1"
	defaultOllama     = "http://" + defaultOllamaHost
)

// Complete puts what is in force in the place of what is not given, but for the dimension, which
// may be learnt. The models of nomic were trained with prefixes, and have them unless others are
// given.
func (c Config) Complete(name string) Config {
	c.Model = cmp.Or(c.Model, name)
	if c.Provider == Ollama {
		c.URL = cmp.Or(c.URL, defaultOllama)
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	c.MaxBatch = cmp.Or(c.MaxBatch, defaultBatch)
	c.MaxChars = cmp.Or(c.MaxChars, defaultChars)
	c.MaxConcurrent = cmp.Or(c.MaxConcurrent, defaultConcurrent)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	query, document := "", ""
	if strings.Contains(c.Model, "nomic-embed") {
		query, document = "search_query: ", "search_document: "
	}
	c.QueryPrefix = cmp.Or(c.QueryPrefix, &query)
	c.DocumentPrefix = cmp.Or(c.DocumentPrefix, &document)
	return c
}

// key reads the bearer key, unset where none is configured.
func (c Config) key() (service.Secret, error) {
	if c.KeyFile == "" {
		return service.Secret{}, nil
	}
	return service.ReadKey(c.KeyFile, os.Getenv)
}

// CheckEnv tells what keeps the key from being read.
func (c Config) CheckEnv(section string) error {
	if _, err := c.key(); err != nil {
		return fmt.Errorf("[%s] key_file: %w", section, err)
	}
	return nil
}
