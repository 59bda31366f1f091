#!/usr/bin/env bash
# Everything that can be said without running the thing.
set -euo pipefail
cd "$(dirname "$0")/.."
PY=.venv/bin/python
echo "ruff";      $PY -m ruff check .
echo "mypy";      $PY -m mypy bot actions
echo "content";   $PY -m bot content check --no-dates
