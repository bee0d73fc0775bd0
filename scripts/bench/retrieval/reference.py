"""Writes the texts that are found by each other, and their vectors by the model in float32.

Arguments: the model's folder, a file of descriptions as apt keeps it, and the folder for
what is made: summaries.json, descriptions.json and words.json, lists of texts, and beside each
its vectors, float32 in the machine's order. The texts of a number are of the same package
in each list; there are more summaries than descriptions. A word is the one of the
description that the fewest others have, the first of these. Which packages these are
follows from their names alone. A package whose summary or whose description is another's
too is left out: neither could be told from the other."""

import collections
import json
import os
import re
import sys

from embed import Model, descriptions

TOKENS = 256
SUMMARIES, DESCRIPTIONS = 20_000, 3_000


def rarest(texts):
    """Of each text the word that is in the fewest of them."""
    words = [list(dict.fromkeys(re.findall(r"\w+", text.lower()))) for text in texts]
    texts_of = collections.Counter(word for of_text in words for word in of_text)
    return [min(of_text, key=texts_of.get) for of_text in words]


def main():
    folder, source, out = sys.argv[1:]
    packages = descriptions(source)
    short, long = (collections.Counter(texts) for texts in zip(*packages))
    packages = [(s, d) for s, d in packages if s and d and short[s] == 1 and long[d] == 1]
    if len(packages) < SUMMARIES:
        raise SystemExit(f"bench: there are {len(packages)} packages that can be told apart, too few")
    model = Model(folder, TOKENS)
    os.makedirs(out, exist_ok=True)
    summaries, found = zip(*packages[:SUMMARIES])
    found = found[:DESCRIPTIONS]
    for name, texts in (("words", rarest(found)), ("descriptions", found), ("summaries", summaries)):
        with open(f"{out}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(texts, file)
        model.all(list(texts)).tofile(f"{out}/{name}.part")
        os.rename(f"{out}/{name}.part", f"{out}/{name}.f32")


if __name__ == "__main__":
    main()
