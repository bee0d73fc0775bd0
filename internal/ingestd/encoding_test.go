package ingestd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

func encoded(t testing.TB, name, text string) string {
	t.Helper()
	enc, err := htmlindex.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUTF16IsTakenOnlyWhereItIsCertain(t *testing.T) {
	const table = "id,name\r\n1,Ana\r\n2,Zoë\r\n"
	for want, text := range map[string]string{"utf-16le": table, "utf-16be": table} {
		plain := encoded(t, want, text)
		mark := map[string]string{"utf-16le": "\xff\xfe", "utf-16be": "\xfe\xff"}[want]
		for _, file := range []string{plain, mark + plain, mark, mark + encoded(t, want, "名,前\n")} {
			if got := utf16Name([]byte(file)); got != want {
				t.Errorf("%q: %q, want %s", file, got, want)
			}
		}
	}
	for _, file := range []string{"", "a", "a\x00", table, "\ufeff" + table, "\x00\x00\x00\x00\x00\x00\x00\x00", "a\x00b\x00,c,d,e\n1,2\n", "PAR1\x15\x00\x15\x00\x15\x00"} {
		if got := utf16Name([]byte(file)); got != "" {
			t.Errorf("%q: %s", file, got)
		}
	}
}

// A file is Windows-1252 only if nothing speaks for UTF-8 with some damage, or for
// another language's encoding.
func TestWesternTextIsTakenOnlyWhereItIsCertain(t *testing.T) {
	ascii := strings.Repeat("17,Jane Doe,Houston\n", 50)
	for what, c := range map[string]struct {
		text string
		want bool
	}{
		"French":             {encoded(t, "windows-1252", "Café,l’été à Nîmes,«\u00a0déjà\u00a0»,12 €\n"), true},
		"German":             {encoded(t, "windows-1252", "Größe;Müller & Söhne – Straße 5;Äpfel\n"), true},
		"Spanish":            {encoded(t, "windows-1252", "Núñez,¿Qué?,año,Peña,nº 5\n"), true},
		"one name":           {ascii + "18,Jos\xe9,Austin\n" + ascii, true},
		"signs":              {encoded(t, "windows-1252", "5 µm,20 °C,½ day,don’t,£5,m²\n"), true},
		"plain ASCII":        {ascii, false},
		"UTF-8":              {"Café,Müller\n", false},
		"UTF-8 and one byte": {"Café\n" + ascii + "Jos\xe9\n", false},
		"a cut letter":       {ascii + "caf\xc3,x\n", false},
		"a cut sign":         {ascii + "don\xe2\x80t,x\n", false},
		"Polish":             {encoded(t, "windows-1250", "Łukasz Wójcik,Gdańsk,żółć,płaca,książka\n"), false},
		"Russian":            {encoded(t, "windows-1251", "Иванов,Москва,склад\n"), false},
		"Greek":              {encoded(t, "iso-8859-7", "Αθήνα,εργασία\n"), false},
		"Japanese":           {encoded(t, "shift_jis", "東京,名前,勤務\n"), false},
		"Macintosh":          {encoded(t, "macintosh", "Café,Nîmes,été\n"), false},
		"DOS":                {encoded(t, "ibm866", "Иванов\n") + "M\x81ller\n", false},
	} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := isWestern(t.Context(), path); err != nil || got != c.want {
			t.Errorf("%s: %t, %v", what, got, err)
		}
	}
}

// What an encoding does not know is never replaced by a sign that says so.
func TestRecodingLosesNoCharacter(t *testing.T) {
	long := strings.Repeat("Zoë,Łódź,名前,😀\n", 20_000)
	for what, c := range map[string]struct {
		encoding, in, want string
		line               int
	}{
		"UTF-16LE":                  {"utf-16le", encoded(t, "utf-16le", long), long, 0},
		"UTF-16BE":                  {"utf-16be", encoded(t, "utf-16be", long), long, 0},
		"its own replacement signs": {"utf-16le", encoded(t, "utf-16le", "a\ufffd\n\ufffd"), "a\ufffd\n\ufffd", 0},
		"half a pair":               {"utf-16le", encoded(t, "utf-16le", "a\nb\n") + "\x3d\xd8" + "x\x00", "", 3},
		"half a unit":               {"utf-16be", encoded(t, "utf-16be", "a\n") + "\x00", "", 2},
		"windows-1252":              {"windows-1252", "caf\xe9 \x80\n", "café €\n", 0},
		"an undefined byte":         {"windows-1252", strings.Repeat("x,y\n", 70_000) + "\x81\n", "", 70_001},
		"windows-1250":              {"windows-1250", encoded(t, "windows-1250", "Łódź\n"), "Łódź\n", 0},
		"shift_jis":                 {"shift_jis", encoded(t, "shift_jis", "東京\n"), "東京\n", 0},
		"shift_jis, cut":            {"shift_jis", "\x93", "", 1},
	} {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, []byte(c.in), 0o600); err != nil {
			t.Fatal(err)
		}
		decoder, err := decoderOf(c.encoding)
		if err != nil {
			t.Fatal(err)
		}
		err = recode(t.Context(), from, to, c.encoding, decoder, dialect{})
		if c.line > 0 {
			if !errors.Is(err, ingest.ErrBadFile) || !strings.Contains(err.Error(), fmt.Sprintf("line %d ", c.line)) {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		if got, readErr := os.ReadFile(to); err != nil || readErr != nil || string(got) != c.want {
			t.Errorf("%s: %.80q, %v", what, got, err)
		}
	}
}
