"""Rules of the house that a linter does not know, each with a planted breach."""

import ast
import re
from pathlib import Path

import pytest

from bot.settings import ROOT

BANGLA = re.compile("[\u0980-\u09ff]")
MODULE_LINES, FUNCTION_LINES = 300, 45
TABLES = ("bot", "understanding")  # letters are data there; a sentence to a user is nowhere


def sources(root: Path) -> list[Path]:
    return [path for package in ("bot", "actions") for path in sorted((root / package).rglob("*.py")) if "versions" not in path.parts]


def breaches(root: Path) -> list[str]:
    return [f"{path.relative_to(root)}: {breach}" for path in sources(root) for breach in _breaches(path, root)]


def _breaches(path: Path, root: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = []
    if path.relative_to(root).parts[:2] != TABLES and BANGLA.search(text):
        found.append("Bangla letters: texts come from knowledge/")
    if len(text.splitlines()) > MODULE_LINES:
        found.append(f"{len(text.splitlines())} lines; at most {MODULE_LINES}")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > FUNCTION_LINES:
                found.append(f"{node.name}: {lines} lines; at most {FUNCTION_LINES}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "breakpoint", "eval", "exec"):
            found.append(f"line {node.lineno}: {node.func.id}")
    return found


def test_the_house_keeps_its_rules():
    assert breaches(ROOT) == []


def test_there_is_something_to_check():
    assert len(sources(ROOT)) > 30


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("bot/x.py", 'GREETING = "হ্যালো"', "bot/x.py: Bangla letters"),
        ("actions/x.py", "# ধাপ", "actions/x.py: Bangla letters"),
        ("bot/x.py", "x = 1\n" * 301, "bot/x.py: 301 lines"),
        ("bot/x.py", "def long():\n" + "    x = 1\n" * 45, "bot/x.py: long: 46 lines"),
        ("bot/x.py", "class A:\n    async def long(self):\n" + "        x = 1\n" * 45, "bot/x.py: long: 46 lines"),
        ("actions/x.py", "def f():\n    print('x')", "actions/x.py: line 2: print"),
        ("bot/deep/x.py", "breakpoint()", "bot/deep/x.py: line 1: breakpoint"),
    ],
)
def test_a_planted_breach_is_found(tmp_path, file, text, told):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    found = breaches(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(told)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("bot/understanding/x.py", 'A = {"ক": "k"}'), ("bot/x.py", 'A = "\\u0985"'), ("bot/x.py", "x = 1\n" * 300),
        ("bot/x.py", "def f():\n" + "    x = 1\n" * 44),
        ("bot/x.py", "printer.print('x')  # print"), ("bot/storage/migrations/versions/x.py", "x = 1\n" * 900),
    ],
)  # fmt: skip
def test_what_is_allowed_is_left_alone(tmp_path, file, text):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert breaches(tmp_path) == []
