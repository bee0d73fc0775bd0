package remote_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// Those that are too long are found by halves, and cut; the others are not.
func TestOverlongTextsAreCutAndTold(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		m := remote.New("mine", c)
		var texts []string
		for i := range 16 {
			texts = append(texts, strings.Repeat("a", i+1))
		}
		texts[5], texts[6] = strings.Repeat("b", 250), strings.Repeat("c", 101)
		made, err := embed(t, m, texts...)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range made {
			long := i == 5 || i == 6
			if e.Truncated != long || !long && testbed.BytesOf(e.Vector) != i+1 || testbed.BytesOf(e.Vector) > testbed.ProviderReads {
				t.Errorf("text %d of %d letters: %d, %v", i, len(texts[i]), testbed.BytesOf(e.Vector), e.Truncated)
			}
		}
	})
}

// Of a text that is too long the model reads nearly as much as it can, in whatever script, and
// that takes few calls.
func TestOfAnOverlongTextNearlyAllIsReadThatCanBe(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		for _, letter := range []string{"a", "д", "夜", "🦺"} {
			for _, length := range []int{testbed.ProviderReads + 4, 60_000} {
				p.Fails(nil)
				made, err := embed(t, remote.New("mine", c), strings.Repeat(letter, length/len(letter)))
				if err != nil {
					t.Errorf("%d bytes of %s: %v", length, letter, err)
					continue
				}
				if read := testbed.BytesOf(made[0].Vector); !made[0].Truncated || read > testbed.ProviderReads || read < testbed.ProviderReads*7/8 || len(p.Calls()) > 17 {
					t.Errorf("%d bytes of %s: %d were read, %v, in %d calls", length, letter, read, made[0].Truncated, len(p.Calls()))
				}
			}
		}
	})
}

func TestATextOfWhichNothingIsTakenIsRefused(t *testing.T) {
	p := testbed.StartProvider(t)
	p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return true
	})
	for _, text := range []string{"夜", strings.Repeat("夜", 20_000)} {
		if _, err := embed(t, remote.New("mine", configOf(p, remote.OpenAI)), text); !errors.Is(err, embedding.ErrRefused) || len(p.Calls()) > 20 {
			t.Errorf("%d bytes: %v after %d calls", len(text), err, len(p.Calls()))
		}
	}
}

func TestTextsAreCutToABoundBeforeTheyAreSent(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		c.MaxChars = 10
		made, err := embed(t, remote.New("mine", c), strings.Repeat("ä", 1<<20), "0123456789")
		if err != nil || !made[0].Truncated || made[1].Truncated {
			t.Fatalf("%+v, %v", made, err)
		}
		if sent := p.Calls()[0][0]; sent != strings.Repeat("ä", 10) {
			t.Errorf("%d bytes were sent", len(sent))
		}
	})
}
