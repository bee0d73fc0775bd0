#!/usr/bin/env bash
# Makes 20,000 real vectors and 1,000 queries in .tools/vectors/real, once: descriptions of
# Debian's packages, embedded by all-MiniLM-L6-v2 (embed.py). That takes some ten minutes of
# one processor, at a low priority. Sourced by run.sh, after bring.sh.

REAL=$PEERS/real

if [ ! -e "$REAL/base.f32" ]; then
	bring_model
	bring_descriptions
	of_model scripts/bench/vectors/embed.py "$MODEL" "$DESCRIPTIONS" "$REAL" 20000 1000
fi
