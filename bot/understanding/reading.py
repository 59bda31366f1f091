"""All that is read out of one message, in one call: what the gateway, Rasa's components and the actions make of it between them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.model import Risk
from bot.understanding.commands import Vocabulary, read
from bot.understanding.danger import DangerModel
from bot.understanding.entities import Entity, Gazetteer, find
from bot.understanding.language import OTHER, Detector
from bot.understanding.normalise import clean
from bot.understanding.risk import CRISIS, CRISIS_CERTAIN, Lexicon, assess, by_topic, guessed
from bot.understanding.topics import TopicModel

CONTROL = "control"  # the topic of most commands …
_TOPICS = {"start": "chitchat", "person": "human", "hotlines": "hotlines", "help": "hotlines", "delete": "privacy", "privacy": "privacy"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    language: str  # bn | bn-latn | en | other
    topic: str  # the likeliest, however doubtful; a typed command's own; crisis where danger is acted on and it is not certain
    confidence: float
    entities: tuple[Entity, ...]  # their places are those in the text as given
    risk: Risk  # what the bot acts on


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads messages as the bot does."""

    model: TopicModel
    lexicon: Lexicon
    vocabulary: Vocabulary
    places: Gazetteer
    detector: Detector
    danger: DangerModel | None = None  # without it the rules stand alone
    max_text: int = 4000  # characters that the dialogue is given, as in the settings; rules of danger see all

    def read(self, text: str, before: str | None = None) -> Reading:
        """One message; `before` is the language of her last one."""
        cleaned = clean(text)
        language = self.detector.detect(cleaned, before)
        typed = read(cleaned, self.vocabulary)
        command = typed is not None
        topic, confidence = self.model.ranking(cleaned[: self.max_text])[0] if typed is None else (_TOPICS.get(typed.name, CONTROL), 1.0)
        # The gateway answers by itself what has no letters or is in a language that it does not speak.
        asked = not command and language != OTHER and any(character.isalnum() for character in cleaned)
        risk = self._risk(cleaned, by_topic(topic, confidence) if asked else Risk(), command)
        if risk.flag.flagged and topic != CRISIS and confidence < CRISIS_CERTAIN:
            topic, confidence = CRISIS, self.danger.hear(cleaned).danger if self.danger else CRISIS_CERTAIN
        return Reading(language=language, topic=topic, confidence=confidence, entities=tuple(find(text, self.places)), risk=risk)

    def _risk(self, text: str, heard: Risk, command: bool) -> Risk:
        """Rules and danger model come first; the classifier's word is heard where they do not act, and acts where they are not sure."""
        found = assess(text, self.lexicon, self.danger)
        if command and guessed(found):  # "step 13" tells of no child
            return Risk()
        if found.flag.flagged:
            return found
        if heard.flag.flagged and not found.sure:
            return Risk(flag=heard.flag, category=found.category, reasons=(*found.reasons, "dialogue"))
        return replace(found, ask=found.ask or heard.ask or heard.flag.flagged)
