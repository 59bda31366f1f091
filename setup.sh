#!/usr/bin/env bash
# Makes .venv from uv.lock. Rasa 3.6 runs on Python 3.10 only: it is looked for in $PYTHON, uv, pyenv, the system, in that order.
set -euo pipefail
cd "$(dirname "$0")"
UV_VERSION=0.13.9

say() { printf '%s\n' "$*" >&2; }

is_310() { [ -x "$1" ] && "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python3.10 /usr/bin/python3.10 /usr/local/bin/python3.10 /opt/homebrew/bin/python3.10; do
    if is_310 "$candidate"; then echo "$candidate"; return 0; fi
  done
  candidate=$(command -v python3.10 || true)
  # pyenv's shims exist for versions that are not installed: only one that really runs counts.
  if [ -n "$candidate" ] && is_310 "$candidate"; then echo "$candidate"; return 0; fi
  return 1
}

python=$(find_python || true)
uv=$(command -v uv || true)

if [ -z "$python" ] && [ -n "$uv" ]; then
  say "No Python 3.10 found; asking uv for one …"
  "$uv" python install 3.10 >&2 && python=$("$uv" python find 3.10 2>/dev/null || true)
fi
if [ -z "$python" ]; then
  say "Sohojatri needs Python 3.10 (Rasa 3.6 runs on no newer one), and none was found."
  say "Install it in one of these ways, then run the same command again:"
  say "  curl -LsSf https://astral.sh/uv/install.sh | sh     (uv then fetches Python 3.10 by itself)"
  say "  pyenv install 3.10"
  say "  or your system's package python3.10 with python3.10-venv"
  say "If it lies somewhere unusual: PYTHON=/path/to/python3.10 make run"
  exit 1
fi

say "Python: $python"
if [ -z "$uv" ]; then
  say "Fetching uv $UV_VERSION into .venv-uv …"
  "$python" -m venv .venv-uv
  .venv-uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
  uv=.venv-uv/bin/uv
fi
say "Making .venv from uv.lock (about 700 MB the first time) …"
# Where the network's own certificate authority stands between, uv's built-in list does not know it: then the system's is used.
# Compiled now, in seconds, on all cores: else every start of every process would compile what it imports, where Python may not write.
sync() { "$uv" sync --frozen --compile-bytecode --python "$python"; }
sync || UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 sync
