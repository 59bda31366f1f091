#!/usr/bin/env bash
# All checks and tests, quickest first. A clean tree after training is part of them.
set -euo pipefail
cd "$(dirname "$0")/.."
PY=.venv/bin/python
unset PYTHONDONTWRITEBYTECODE # processes are started by the hundred: compiled once, ours come up sooner
set -m # the training, with what it starts, in a group of its own: it ends with us
$PY -m bot train & # mostly on one core; the checks have the other
training=$!
set +m
trap 'kill -- "-$training" 2>/dev/null || true' EXIT
nice bash tests/check.sh
wait "$training"
trap - EXIT
if git rev-parse HEAD >/dev/null 2>&1 && ! git diff --quiet -- config.yml domain.yml data endpoints.yml; then
  echo "Training changed a tracked file:" && git diff --stat -- config.yml domain.yml data endpoints.yml && exit 1
fi
rm -f .pytest_cache/v/cache/lastfailed
code=0
# In the order of folders: browsers and whole houses, the longest files, come first. They wait more than they work: three workers on two cores.
$PY -m pytest -n "${TEST_WORKERS:-3}" --dist loadfile --no-loadscope-reorder "$@" || code=$?
[ "$code" = 1 ] || exit "$code" # 0: all passed; above 1: not a matter of tests
# Real processes, browsers and clocks run late where others crowd the cores. So the files of a few failures run once more, with nothing beside them:
# what fails twice has failed, and what passed only alone is named, for it is a fault too, of the test or of what it tests.
mapfile -t files < <($PY -c 'import json; print(*sorted({test.partition("::")[0] for test in json.load(open(".pytest_cache/v/cache/lastfailed"))}), sep="\n")')
if [ "${#files[@]}" -gt 3 ]; then exit 1; fi
echo "Failed beside others, once more alone: ${files[*]}"
$PY -m pytest "${files[@]}"
echo "PASSED ONLY ALONE, to be mended: ${files[*]}"
