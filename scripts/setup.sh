#!/usr/bin/env bash
# Brings what building needs and this machine lacks: a C and C++ compiler (DuckDB
# is linked with them), curl, and a Go of at least go.mod's version.
#
# Run it, or source it: it leaves ROOT set, and PATH, GOTOOLCHAIN, CC and CXX
# such that "go build" works in it. It says nothing where nothing is to be done.
# Compilers come from the system's package manager, when this user is root or
# sudo asks for no password. Go comes by the switch that any Go since 1.21 has;
# without one, the same toolchain is fetched from the Go module proxy into
# .tools/go and the system stays as it is. What cannot be brought ends the script
# with the one command to type.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOOLS=$ROOT/.tools

setup_fail() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

# have COMMAND...: whether all of them are there.
have() {
	local name
	for name in "$@"; do
		command -v "$name" >/dev/null 2>&1 || return 1
	done
}

# package_command PACKAGES_DEBIAN PACKAGES_FEDORA PACKAGES_ARCH PACKAGES_SUSE:
# prints the command that installs them here, or nothing.
package_command() {
	if have apt-get; then
		echo "apt-get install -y --no-install-recommends $1"
	elif have dnf; then
		echo "dnf install -y $2"
	elif have pacman; then
		echo "pacman -S --noconfirm --needed $3"
	elif have zypper; then
		echo "zypper --non-interactive install $4"
	fi
}

# as_root COMMAND...: runs it with the rights to install, if there are any.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

# compiles: a C++ program can be compiled and linked with the compiler that Go
# will take. clang is taken where gcc is not.
compiles() {
	if ! have "${CC:-gcc}" "${CXX:-g++}" && have clang clang++; then
		export CC=clang CXX=clang++
	fi
	have "${CC:-gcc}" "${CXX:-g++}" || return 1
	printf '#include <cstdlib>\nint main() { return EXIT_SUCCESS; }\n' |
		"${CXX:-g++}" -x c++ - -o /dev/null 2>/dev/null
}

setup_compiler_and_curl() {
	if have ldd && ldd --version 2>&1 | grep -qi musl; then
		setup_fail "this system is built on musl, and DuckDB's library for Go on glibc: use Debian, Ubuntu, Fedora or another glibc system (a container of one will do)"
	fi
	local debian="" fedora="" arch="" suse=""
	if ! compiles; then
		if [ "$(uname)" = Darwin ]; then
			setup_fail "a C++ compiler is missing; type this, then come again: xcode-select --install"
		fi
		debian="gcc g++ libc6-dev" fedora="gcc gcc-c++" arch="gcc" suse="gcc gcc-c++"
	fi
	if ! have curl; then
		debian="$debian curl ca-certificates" fedora="$fedora curl" arch="$arch curl" suse="$suse curl"
	fi
	[ -n "$debian" ] || return 0

	local command
	command=$(package_command "$debian" "$fedora" "$arch" "$suse")
	[ -n "$command" ] || setup_fail "a C and a C++ compiler and curl are needed, and no package manager known here was found; install them and come again"
	as_root true || setup_fail "a C and a C++ compiler and curl are needed; type this, then come again: sudo $command"
	printf 'setup: %s\n' "$command" >&2
	if have apt-get; then
		as_root apt-get update -qq >&2 || true
	fi
	# The command is made above of words without spaces or patterns.
	# shellcheck disable=SC2086
	as_root $command >&2 || setup_fail "that failed; mend it and come again"
	if ! compiles || ! have curl; then
		setup_fail "after \"$command\" a C++ program still cannot be compiled; see what \"${CXX:-g++} -v\" says"
	fi
}

# at_least HAVE WANT: compares versions like 1.24.3 number by number.
at_least() {
	local IFS=. i
	local -a a b
	read -r -a a <<<"${1%%[a-z]*}"
	read -r -a b <<<"${2%%[a-z]*}"
	for i in 0 1 2; do
		((${a[i]:-0} > ${b[i]:-0})) && return 0
		((${a[i]:-0} < ${b[i]:-0})) && return 1
	done
	return 0
}

# go_here: the version of the Go on PATH, without the switch to another.
go_here() { (cd / && GOTOOLCHAIN=local go version 2>/dev/null) | sed -n 's/^go version go\([0-9.]*\).*/\1/p'; }

setup_go() {
	local want here dir
	want=$(sed -n 's/^go \([0-9.]*\)$/\1/p' "$ROOT/go.mod")
	for dir in /usr/local/go/bin "$HOME/go/bin" /opt/homebrew/bin "$TOOLS/go/bin"; do
		if ! have go && [ -x "$dir/go" ]; then
			PATH=$dir:$PATH
		fi
	done
	here=$(go_here)
	if [ -x "$TOOLS/go/bin/go" ] && ! at_least "${here:-0}" 1.21; then
		PATH=$TOOLS/go/bin:$PATH
		here=$(go_here)
	fi
	if ! at_least "${here:-0}" 1.21; then
		fetch_go "$want"
		PATH=$TOOLS/go/bin:$PATH
		here=$(go_here)
	fi
	export PATH
	if ! at_least "$here" "$want"; then
		# Some systems turn the switch off; this project cannot be built without it.
		export GOTOOLCHAIN=auto
		(cd "$ROOT" && go version >/dev/null) ||
			setup_fail "Go $here is here, Go $want is needed, and it could not be fetched; install it from https://go.dev/dl/ and come again"
	fi
}

# fetch_go VERSION: unpacks the toolchain module, which is what Go itself fetches
# when it switches, into .tools/go.
fetch_go() {
	local version=$1 arch proxy name unpack
	case $(uname -m) in
	x86_64 | amd64) arch=amd64 ;;
	aarch64 | arm64) arch=arm64 ;;
	*) setup_fail "Go $version is needed; install it from https://go.dev/dl/ and come again" ;;
	esac
	name=v0.0.1-go$version.$(uname | tr '[:upper:]' '[:lower:]')-$arch
	proxy=${GOPROXY:-https://proxy.golang.org}
	proxy=${proxy%%[,|]*}
	printf 'setup: fetching Go %s from %s\n' "$version" "$proxy" >&2
	mkdir -p "$TOOLS"
	unpack=$(mktemp -d "$TOOLS/go-unpack.XXXXXX")
	if ! curl -fsSL --retry 3 -o "$unpack/go.zip" "$proxy/golang.org/toolchain/@v/$name.zip" || ! unzip_into "$unpack"; then
		rm -rf "$unpack"
		setup_fail "Go $version could not be fetched; install it from https://go.dev/dl/ and come again"
	fi
	# A module holds no executables and no go.mod below its root; Go mends both
	# after it unpacked one, and so do we.
	find "$unpack" -name _go.mod -exec sh -c 'mv "$1" "${1%_go.mod}go.mod"' _ {} \;
	chmod +x "$unpack/golang.org/toolchain@$name"/bin/* "$unpack/golang.org/toolchain@$name"/pkg/tool/*/*
	rm -rf "$TOOLS/go"
	mv "$unpack/golang.org/toolchain@$name" "$TOOLS/go"
	rm -rf "$unpack"
}

# unzip_into DIR: unpacks DIR/go.zip with what there is.
unzip_into() {
	if have unzip; then
		unzip -q "$1/go.zip" -d "$1"
	elif have bsdtar; then
		bsdtar -xf "$1/go.zip" -C "$1"
	elif have python3; then
		python3 -m zipfile -e "$1/go.zip" "$1"
	else
		as_root sh -c "$(package_command unzip unzip unzip unzip)" >&2 && unzip -q "$1/go.zip" -d "$1"
	fi
}

setup_compiler_and_curl
setup_go
