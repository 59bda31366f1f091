"""`python -m bot bench --quick`: that it works, not how quick anything is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT


@pytest.mark.timeout(300)
def test_a_quick_bench_measures_both_houses_and_leaves_nothing_behind(tmp_path: Path) -> None:
    untouched = {"DATABASE_URL": f"sqlite:///{tmp_path}/hers.db", "TELEGRAM_API_URL": "http://127.0.0.1:9", "VAR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "bot", "bench", "--quick", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **untouched}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads((tmp_path / "out" / "bench.json").read_text(encoding="utf-8"))
    assert set(result["measured"]) == {"empty", "full"}
    for values in result["measured"].values():
        assert values["unanswered"] == 0
        assert {"median_ms", "p95_ms", "p99_ms", "turns_per_second", "together_p95_ms", "long_last_p95_ms"} <= set(values)
    assert set(result["measured"]["empty"]["memory_mb"]) == {"gateway", "rasa", "actions"}
    assert result["dialogue_failures"] == 0
    assert result["replies_per_turn"] >= 1
    assert {"p95_full_to_empty", "turns_per_second_full_to_empty"} <= set(result["ratios"])
    assert done.stdout == (tmp_path / "out" / "bench.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["bench.json", "bench.md"]
    assert not (tmp_path / "hers.db").exists()
