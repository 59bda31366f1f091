#!/usr/bin/env bash
# All checks and tests, quickest first. A clean tree after training is part of them.
set -euo pipefail
cd "$(dirname "$0")/.."
PY=.venv/bin/python
bash tests/check.sh
$PY -m bot train
if git rev-parse HEAD >/dev/null 2>&1 && ! git diff --quiet -- config.yml domain.yml data endpoints.yml; then
  echo "Training changed a tracked file:" && git diff --stat -- config.yml domain.yml data endpoints.yml && exit 1
fi
exec $PY -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile "$@"
