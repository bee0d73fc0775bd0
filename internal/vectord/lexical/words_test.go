package lexical

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"The quick, brown fox!", "the|quick|brown|fox"},
		{"", ""},
		{" \t\n.,;—", ""},
		// Accents, composed or not, in two scripts.
		{"Café cafe\u0301 CAFÉ", "cafe|cafe|cafe"},
		{"Łódź Ørsted Straße Æther Đà Nẵng", "lodz|orsted|strasse|aether|da|nang"},
		{"İstanbul ISTANBUL ılık", "istanbul|istanbul|ilik"},
		{"Ἀθήνα ΑΘΗΝΑΣ αθήνας", "αθηνα|αθηνασ|αθηνασ"},
		{"Чайковский Ёлка", "чайковский|ёлка"},
		{"हिन्दी", "हिन्दी"},
		// Compatibility forms.
		{"ﬁne Ｆｕｌｌ ℌ x²", "fine|full|h|x2"},
		{"co\u00ADoperate zero\u200Bwidth \uFEFFbom", "cooperate|zero|width|bom"},
		// Scripts without spaces.
		{"東京都", "東|東京|京|京都|都"},
		{"日本語 text", "日|日本|本|本語|語|text"},
		{"が か\u3099", "が|が"},
		{"カタカナ ｶﾀｶﾅ", "カタカナ|カタカナ"},
		{"한국어 텍스트", "한국어|텍스트"},
		{"ไทย", "ไ|ไท|ท|ทย|ย"},
		// Emoji.
		{"party 🎉🎉", "party|🎉|🎉"},
		{"👍🏽 👍 ❤️ ❤", "👍|👍|❤|❤"},
		{"👩‍💻 🇩🇪", "👩‍💻|🇩🇪"},
		// What stands between letters, and between digits.
		{"state-of-the-art", "state|of|the|art"},
		{"node.js Node.JS", "node|js|node|js"},
		{"O'Brien O’Brien l'avion", "o|brien|o|brien|l|avion"},
		{"anna.lee@example.com", "anna|lee|example|com"},
		{"job_title status:open _x_", "job|title|status|open|x"},
		{"3.5 1,000 v1.2.3 2024-01-15 10:30", "3.5|1,000|v1.2.3|2024|01|15|10|30"},
		{"3. 3.a 3_4 a.3", "3|3|a|3|4|a|3"},
		{"C++ C C# c++17 A+ a+b f#x i++", "c++|c|c#|c++|17|a+|a|b|f|x|i++"},
		{"Notepad++", "notepad"},
		// Bytes that are no UTF-8 part words.
		{"ab\xffcd \xc3", "ab|cd"},
	} {
		if got := strings.Join(words(c.text), "|"); got != c.want {
			t.Errorf("%q is read as %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLongWordsAreCut(t *testing.T) {
	got := words(strings.Repeat("x", 127) + strings.Repeat("д", 100) + " " + strings.Repeat("y", 200))
	want := []string{strings.Repeat("x", 127), strings.Repeat("y", 128)}
	if !slices.Equal(got, want) {
		t.Errorf("words %q, want the first 128 bytes of each that are whole characters", got)
	}
}

// A word found in a text is found by a query for it: reading it again gives it
// again, first of all, for only scripts without spaces give a word in two ways.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"Café node.js 3.5", "東京 C++ 👩‍💻", "a\xff\u200d\u0301b_c", "ǅ ﬃ İ ẞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range words(text) {
			if w == "" || len(w) > maxWord || !utf8.ValidString(w) {
				t.Fatalf("%q holds the word %q", text, w)
			}
			if again := words(w); !slices.Contains(again, w) && len(w) < maxWord-8 {
				t.Fatalf("%q holds the word %q, which is read as %q", text, w, again)
			}
		}
	})
}
