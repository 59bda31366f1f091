"""In a process of its own: the garbage collector is one for all tests."""

import subprocess
import sys

ASK = "import gc; from bot.settled import settle; old = gc.get_threshold()[0]; settle(); print(gc.get_freeze_count() > 0, gc.get_threshold()[0] > old)"


def test_what_is_loaded_is_left_alone_and_the_rest_looked_at_less_often() -> None:
    assert subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout.split() == ["True", "True"]
