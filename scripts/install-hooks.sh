#!/usr/bin/env bash
# Makes every push from this clone run scripts/verify.sh first. A hook of
# somebody else's is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

hook=$(git rev-parse --git-path hooks)/pre-push
if [ -e "$hook" ] && ! grep -q 'scripts/verify.sh' "$hook"; then
	echo "install-hooks: $hook is there already and not from here; move it away first" >&2
	exit 1
fi
mkdir -p "$(dirname "$hook")"
cat >"$hook" <<'HOOK'
#!/usr/bin/env bash
exec bash "$(git rev-parse --show-toplevel)/scripts/verify.sh"
HOOK
chmod +x "$hook"
echo "every push from here now runs scripts/verify.sh first; \"git push --no-verify\" goes without"
