"""What a line of the audit says beside who, what and when, in the language of who reads it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.desk.colleagues import Colleagues

Say = Callable[[str, str], str | None]  # (block, name) → the word, where there is one
# Name of a detail → the block of words that its codes are named in.
_CODES = {
    "what": "audit_what", "level": "levels", "verdict": "audit_what", "role": "roles", "was": "roles", "of_action": "audit_actions",
    "where": "channels",
}  # fmt: skip
_SWITCHES = ("on", "safety", "renamed")
_YES = ("1", "true")
_PEOPLE = ("of_by",)


@dataclass(frozen=True, kw_only=True)
class Details:
    """`names`: what the codes of some details are called in knowledge/, by language."""

    names: Mapping[str, Mapping[str, Mapping[str, str]]]  # detail → code → language → name

    def told(self, detail: Mapping[str, str], language: str, say: Say, people: Colleagues) -> str:
        return " · ".join(self._parts(detail, language, say, people))

    def _parts(self, detail: Mapping[str, str], language: str, say: Say, people: Colleagues) -> Iterator[str]:
        for name, value in detail.items():
            shown = self._value(name, value, language, say, people)
            if name == "what":
                yield shown
            elif shown:
                yield f"{say('audit_detail', name) or name}: {shown}"

    def _value(self, name: str, value: str, language: str, say: Say, people: Colleagues) -> str:
        if name in _SWITCHES:
            return say("form", "yes" if value in _YES else "no") or value
        if name in _PEOPLE:
            return people.name(value)
        if name == "to":
            kind, _, whom = value.partition(":")
            return people.name(whom) if kind == "staff" else whom
        if name == "dimension":
            return say("figures", f"by_{value}") or value
        known = self.names.get(name, {}).get(value)
        return known[language] if known else say(_CODES.get(name, ""), value) or value
