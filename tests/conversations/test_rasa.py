"""Runs the conversations of this folder through `rasa test`. It exits 0 on failures unless told otherwise, and never runs actions:
what they answer is tested in tests/unit/actions and, through the gateway, in tests/integration/test_whole_house.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT
from bot.training import MODEL, QUIET


def test_every_conversation_goes_as_written(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "rasa",
        "test",
        "core",
        "--model",
        str(MODEL),
        "--stories",
        "tests/conversations/test_conversations.yml",
    ]
    command += ["--out", str(tmp_path), "--e2e", "--fail-on-prediction-errors", "--no-plot"]
    environment = {**os.environ, **QUIET, "VAR": str(tmp_path), "ACTIONS_PORT": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    failed = tmp_path / "failed_test_stories.yml"
    assert done.returncode == 0, (failed.read_text(encoding="utf-8") if failed.exists() else done.stderr)[-4000:]
