"""The audit speaks the language of who reads it: every code has a word, names stand for ids, and what has none is shown as it is."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.desk.casework import content, details
from bot.desk.colleagues import Colleagues
from bot.desk.words import load_words
from bot.knowledge import DIRECTORY
from bot.settings import ROOT
from bot.staff import Role, Staff

WORDS = load_words(DIRECTORY)
ANN = Staff(
    id="a" * 22, name="Ann", role=Role.COUNSELLOR, team="t", language="en", active=True, on_duty=True,
    on_duty_since=datetime.now(timezone.utc),
)  # fmt: skip


def told(detail: dict[str, str], language: str = "en") -> str:
    return details(content()).told(detail, language, partial(WORDS.get, language), Colleagues({ANN.id: ANN}))


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ({"what": "close", "outcome": "resolved", "safety": "1"}, "closed the case · outcome: Resolved · safety checked: Yes"),
        ({"what": "transfer", "to": f"staff:{ANN.id}"}, "passed it on · to: Ann"),
        ({"what": "transfer", "to": "team:dhaka"}, "passed it on · to: dhaka"),
        ({"what": "level", "level": "urgent"}, "changed the level · level: Urgent"),
        ({"what": "sample", "verdict": "critical"}, "judged the sample · verdict: missed: critical"),
        ({"of_by": ANN.id, "of_action": "revealed"}, "who: Ann · what: Looked at who she is"),
        ({"section": "contact"}, "part of the form: 1. Contact"),
        ({"role": "admin", "was": "counsellor", "renamed": "false"}, "role: Admin · before: Counsellor · renamed: No"),
        ({"what": "figures", "year": "2026", "dimension": "district"}, "figures · year: 2026 · by: District"),
        ({"reason": "she asked"}, "reason: she asked"),
        ({"strange": "x", "what": "unheard"}, "strange: x · unheard"),
        ({}, ""),
    ],
)
def test_codes_are_told_in_words(detail: dict[str, str], text: str) -> None:
    assert told(detail) == text


def test_in_bangla_no_code_is_left() -> None:
    text = told({"what": "close", "outcome": "resolved", "safety": "", "level": "urgent", "section": "contact", "where": "telegram"}, "bn")
    assert not re.search("[A-Za-z]", text)


def test_whatever_the_program_writes_down_has_a_word() -> None:
    """Read from the source: `what="…"` and each name of a detail."""
    source = "".join(path.read_text(encoding="utf-8") for folder in ("desk", "storage") for path in (ROOT / "bot" / folder).glob("*.py"))
    source += Path(ROOT / "bot" / "relay_acts.py").read_text(encoding="utf-8")
    whats = set(re.findall(r'what="(\w+)"', source)) | set(re.findall(r'"(\w+)": Deed\(act', source)) - {"note"}
    calls: list[Any] = re.findall(r"(?:audited|audit\.append)\((?:[^()]|\([^()]*\))*\)", source)
    names = {name for call in calls for name in re.findall(r"[ (](\w+)=", call)} - {"what"}
    assert len(whats) > 12 and len(names) > 8
    for language in ("bn", "en"):
        assert {what for what in whats if not WORDS.get(language, "audit_what", what)} == set()
        assert {name for name in names if not WORDS.get(language, "audit_detail", name)} == set()
