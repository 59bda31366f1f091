"""Rasa served without what it never uses here: what stands in for that, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.nlu.left_out import needless
from bot.settings import ROOT
from bot.training import QUIET

OURS = """pipeline: [{name: bot.nlu.components.SohojatriReader}]
policies: [{name: RulePolicy}]
"""


def in_a_process(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env={**QUIET, "PATH": ""}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_rasa_is_imported_whole_and_tensorflow_is_not() -> None:
    said = in_a_process(
        "from pathlib import Path; from bot.nlu.left_out import leave_out; left_out = leave_out(Path('config.yml'))\n"
        "import bot.nlu.server, rasa.engine.recipes.default_components as of_rasa\n"
        "from rasa.core.policies.rule_policy import RulePolicy\n"
        "print(left_out, 'tensorflow' in open('/proc/self/maps').read(), RulePolicy in of_rasa.DEFAULT_COMPONENTS)"
    )
    assert said == "True False True"


def test_a_configuration_that_needs_it_has_it(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(OURS.replace("RulePolicy", "TEDPolicy"))
    said = in_a_process(
        "from pathlib import Path; from bot.nlu.left_out import leave_out\n"
        f"left_out = leave_out(Path({str(tmp_path / 'config.yml')!r}))\n"
        "import tensorflow; print(left_out, bool(tensorflow.__version__))"
    )
    assert said == "False True"


@pytest.mark.parametrize(
    ("config", "without"),
    [
        (OURS, True),
        (OURS.replace("RulePolicy", "MemoizationPolicy"), True),
        (OURS.replace("RulePolicy", "TEDPolicy"), False),
        (OURS.replace("bot.nlu.components.SohojatriReader", "DIETClassifier"), False),
        (OURS.replace("bot.nlu.components.SohojatriReader", "robot.Reader"), False),
        ("policies: [{name: RulePolicy}]", True),
    ],
)
def test_which_configuration_does_without(tmp_path: Path, config: str, without: bool) -> None:
    (tmp_path / "config.yml").write_text(config)
    assert needless(tmp_path / "config.yml") is without


def test_the_projects_own_does_without() -> None:
    assert needless(ROOT / "config.yml")
