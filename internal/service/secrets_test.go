package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

const hidden = "hunter2-hunter2"

func TestASecretShowsItselfNowhere(t *testing.T) {
	s := NewSecret(hidden)
	tokens := Tokens{Current: s}
	s3 := S3{AccessKeyID: "id", SecretAccessKey: s, Read: &S3Read{SecretAccessKey: s}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T", "%40s"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+" "+verb+"\n", s, &s, tokens, s3)
	}
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&out, nil)), slog.New(slog.NewTextHandler(&out, nil))} {
		log.Info("with secrets", "secret", s, "tokens", tokens, "s3", s3, "map", map[string]Secret{"k": s})
	}
	for _, v := range []any{s, tokens, s3} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	b, err := toml.Marshal(map[string]any{"s3": s3, "tokens": tokens})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	out.WriteString(fmt.Errorf("call with %v failed", s).Error())
	for _, form := range []string{hidden, fmt.Sprintf("%x", hidden)} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret shows in\n%s", out.String())
		}
	}
	if s.Reveal() != hidden {
		t.Errorf("Reveal gives %q", s.Reveal())
	}
	if new(Secret).String() != "" {
		t.Error("an absent secret looks like one")
	}
}

// write makes the files of a configuration and gives a Fleet that names them.
func write(t *testing.T, auth, secrets string) Fleet {
	t.Helper()
	dir := t.TempDir()
	fleet := DefaultFleet()
	fleet.AuthFile, fleet.SecretsFile = filepath.Join(dir, "auth.env"), filepath.Join(dir, "secrets-go.toml")
	for path, text := range map[string]string{fleet.AuthFile: auth, fleet.SecretsFile: secrets} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return fleet
}

func environment(entries ...string) func(string) string {
	return func(name string) string {
		for _, e := range entries {
			if n, value, _ := strings.Cut(e, "="); n == name {
				return value
			}
		}
		return ""
	}
}

func TestTokensComeFromTheEnvironmentOrTheFile(t *testing.T) {
	fleet := write(t, "# rotation of May\n\nAUTH_TOKEN=\"from file\"\n", "")
	if _, err := LoadSecrets(fleet, environment()); err == nil {
		t.Error("a token with a space, which no header can carry, was taken")
	}
	fleet = write(t, "# rotation of May\n\n AUTH_TOKEN = 'file' \n; old\nAUTH_TOKEN_NEXT=next\nAUTH_TOKEN_READ=a=b\n", "")
	s, err := LoadSecrets(fleet, environment())
	if want := (Tokens{Current: NewSecret("file"), Next: NewSecret("next"), Read: NewSecret("a=b")}); err != nil || s.Tokens != want {
		t.Errorf("tokens %q %q %q, %v", s.Tokens.Current.Reveal(), s.Tokens.Next.Reveal(), s.Tokens.Read.Reveal(), err)
	}
	s, err = LoadSecrets(fleet, environment("AUTH_TOKEN=env"))
	if err != nil || s.Tokens.Current.Reveal() != "env" || s.Tokens.Next.Reveal() != "next" {
		t.Errorf("the environment does not go before the file: %q, %v", s.Tokens.Current.Reveal(), err)
	}
	s, err = LoadSecrets(write(t, "", ""), environment())
	if err != nil || s.Tokens != (Tokens{}) {
		t.Errorf("with empty files: %v, %v", s.Tokens, err)
	}
}

// A mistyped path must not open the fleet to everybody.
func TestAFileThatIsNamedMustBeThere(t *testing.T) {
	for _, name := range []func(*Fleet, string){
		func(f *Fleet, path string) { f.AuthFile = path },
		func(f *Fleet, path string) { f.SecretsFile = path },
	} {
		fleet := write(t, "", "")
		missing := filepath.Join(t.TempDir(), "authh.env")
		name(&fleet, missing)
		if _, err := LoadSecrets(fleet, environment()); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("%v", err)
		}
	}
}

func TestSystemdCredentialsGoBeforeTheFiles(t *testing.T) {
	fleet := write(t, "AUTH_TOKEN=file\n", "[s3.primary]\nbucket = \"file\"\n")
	credentials := write(t, "AUTH_TOKEN=credential\n", "[s3.primary]\nbucket = \"credential\"\n")
	s, err := LoadSecrets(fleet, environment("CREDENTIALS_DIRECTORY="+filepath.Dir(credentials.AuthFile)))
	if err != nil || s.Tokens.Current.Reveal() != "credential" || s.S3["primary"].Bucket != "credential" {
		t.Errorf("token %q, bucket %q, %v", s.Tokens.Current.Reveal(), s.S3["primary"].Bucket, err)
	}
}

// The key of somebody else's API is a file's one line, or what is set there, or the credential
// of the file's name.
func TestKeysOfOthersAreRead(t *testing.T) {
	dir, credentials := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, "openai.env")
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadKey(path, environment()); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("no file: %v", err)
	}
	for text, want := range map[string]string{
		hidden: hidden, hidden + "\n": hidden, "OPENAI_API_KEY=" + hidden: hidden, "OPENAI_API_KEY=\"" + hidden + "\"\n": hidden,
		"QUJD==": "QUJD==", "": "", "OPENAI_API_KEY=\n": "", hidden + " # mine": "", hidden + "\nsecond": "",
	} {
		put(path, text)
		key, err := ReadKey(path, environment())
		if (err == nil) != (want != "") || err == nil && key.Reveal() != want || err != nil && strings.Contains(err.Error(), hidden) {
			t.Errorf("%q: %q, %v", text, key.Reveal(), err)
		}
	}
	put(filepath.Join(credentials, "openai.env"), "credential")
	if key, err := ReadKey(path, environment("CREDENTIALS_DIRECTORY="+credentials)); err != nil || key.Reveal() != "credential" {
		t.Errorf("the credential: %v", err)
	}
}

func TestTokensThatLeaveTheDoorOpenAreRefused(t *testing.T) {
	for _, text := range []string{
		"AUTH_TOKEN_NEXT=" + hidden + "\n",
		"AUTH_TOKEN_READ=" + hidden + "\n",
		"AUTH_TOKEN=" + hidden + "\nAUTH_TOKEN_READ=" + hidden + "\n",
		"export AUTH_TOKEN=" + hidden + "\n",
		"AUTH_TOKN=" + hidden + "\n",
		hidden + "\n",
		"AUTH_TOKEN=" + hidden + "é\n",
	} {
		_, err := LoadSecrets(write(t, text, ""), environment())
		if err == nil {
			t.Errorf("%q was taken", text)
		} else if strings.Contains(err.Error(), hidden) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

// What stands behind a value is a part of it.
func TestACommentBehindATokenIsToldWithItsLine(t *testing.T) {
	fleet := write(t, "# rotation of May\nAUTH_TOKEN="+hidden+"   # full access\n", "")
	_, err := LoadSecrets(fleet, environment())
	if err == nil || strings.Contains(err.Error(), hidden) || strings.Contains(err.Error(), "full access") {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{fleet.AuthFile, "line 2", "AUTH_TOKEN", "a comment needs a line of its own"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	_, err = LoadSecrets(write(t, "", ""), environment("AUTH_TOKEN_READ="+hidden+" x"))
	if err == nil || strings.Contains(err.Error(), hidden) || !strings.Contains(err.Error(), "environment: the value of AUTH_TOKEN_READ") {
		t.Errorf("%v", err)
	}
}

// The sample of auth.env works as it is written, with tokens in it.
func TestTheSampleOfOperationsIsTaken(t *testing.T) {
	page, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "credential `auth.env`:\n```\n")
	sample, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("OPERATIONS has no sample of auth.env")
	}
	for i := range strings.Count(sample, "...") {
		sample = strings.Replace(sample, "...", fmt.Sprint("token", i), 1)
	}
	s, err := LoadSecrets(write(t, sample, ""), environment())
	if err != nil || s.Tokens.Current != NewSecret("token0") || !s.Tokens.Read.IsSet() {
		t.Errorf("%v\n%s", err, sample)
	}
}

func TestS3Sections(t *testing.T) {
	s, err := LoadSecrets(write(t, "", `
[s3.primary]
endpoint = "http://127.0.0.1:9000"
region = "us-east-1"
bucket = "lake"
access_key_id = "id"
secret_access_key = "`+hidden+`"
use_path_style = true
[s3.primary.read]
access_key_id = "reader"
secret_access_key = "r"
[s3.archive]
bucket = "old"
`), environment())
	if err != nil {
		t.Fatal(err)
	}
	p := s.S3["primary"]
	if p.Endpoint != "http://127.0.0.1:9000" || p.SecretAccessKey.Reveal() != hidden || !p.UsePathStyle || p.Read == nil ||
		p.Read.AccessKeyID != "reader" || s.S3["archive"].Bucket != "old" {
		t.Errorf("sections %+v", s.S3)
	}
}

func TestASecretsFileIsStrictAndItsErrorsShowNoSecret(t *testing.T) {
	for text, line := range map[string]string{
		"[s3.primary]\nsecret_key = \"" + hidden + "\"\n":              "line 2",
		"[s3.primary]\nsecret_access_key = " + hidden + "\n":           "line 2",
		"[s3.primary]\nsecret_access_key = \"" + hidden + "\n":         "line 2",
		"[s3.primary]\nuse_path_style = \"" + hidden + "\"\n":          "line 2",
		"[s3.primary]\nsecret_access_key = [\"" + hidden + "\"]\n":     "line 2",
		"[s3.primary]\nbucket = \"b\"\n[s3.primary]\nbucket = \"c\"\n": "line 3",
	} {
		fleet := write(t, "", text)
		_, err := LoadSecrets(fleet, environment())
		if err == nil || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), fleet.SecretsFile) {
			t.Errorf("%q: error %v, want the file and %s", text, err, line)
		}
		if err != nil && strings.Contains(err.Error(), hidden) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestASecretsFileThatMayNotBeReadStopsTheStart(t *testing.T) {
	fleet := write(t, "", "")
	if err := errors.Join(os.Remove(fleet.AuthFile), os.Mkdir(fleet.AuthFile, 0o700)); err != nil { // unreadable for root too
		t.Fatal(err)
	}
	if _, err := LoadSecrets(fleet, environment()); err == nil {
		t.Error("a daemon whose auth_file cannot be read starts without a token")
	}
}
