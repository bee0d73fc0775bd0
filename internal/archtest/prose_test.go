package archtest

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	codeBlock = regexp.MustCompile("(?ms)^```.*?^```")
	tableRow  = regexp.MustCompile(`(?m)^\| *(.*?) *\|.*$`)
	alertName = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)
)

// saidAtOnce is so many words that nobody writes the same ones twice, unless two versions
// of a paragraph were both kept.
const saidAtOnce = 12

// proseIsToldOnce: no text says the same twice, and the handbook has each alert.
func proseIsToldOnce(t *testing.T, src *source) {
	for name, text := range src.texts {
		if path.Ext(name) != ".md" || name == "CHANGELOG.md" {
			continue
		}
		plain := codeBlock.ReplaceAllString(string(text), "")
		rows := map[string]bool{}
		for _, row := range tableRow.FindAllStringSubmatch(plain, -1) {
			if cell := row[1]; strings.HasPrefix(cell, "`") && rows[cell] {
				t.Errorf("%s has two rows of %s: a reader does not know which is true", name, cell)
			}
			rows[row[1]] = true
		}
		words := strings.Fields(tableRow.ReplaceAllString(plain, ""))
		seen := map[string]bool{}
		for i := saidAtOnce; i <= len(words); i++ {
			said := strings.Join(words[i-saidAtOnce:i], " ")
			if seen[said] {
				t.Errorf("%s says twice %q: say it where it belongs, once", name, said)
				break
			}
			seen[said] = true
		}
	}
	alerts := alertName.FindAllSubmatch(src.texts["deploy/prometheus/rules.yml"], -1)
	if len(alerts) == 0 {
		t.Error("no alert was found in deploy/prometheus/rules.yml: the rule would hold for nothing")
	}
	for _, alert := range alerts {
		if !strings.Contains(string(src.texts["docs/OPERATIONS.md"]), "`"+string(alert[1])+"`") {
			t.Errorf("docs/OPERATIONS.md does not say what to do at the alert %s", alert[1])
		}
	}
}
