"""`python -m bot understand`: reads messages, a JSON object a line, and adds what the bot understood of each. No Rasa, no TensorFlow."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from bot import danger_training, language_training, training
from bot.knowledge import knowledge
from bot.replies import OTHER
from bot.triage import load_lexicon
from bot.understanding.reading import Reader, Reading


def reader() -> Reader:
    """Reads with the trained model and the project's content. Raises NoModel or ContentError."""
    content = knowledge()
    return Reader(
        model=training.topic_model(),
        lexicon=load_lexicon(),
        vocabulary=content.vocabulary,
        places=content.places,
        detector=language_training.load(),
        danger=danger_training.load(),
    )


def understand(lines: Iterable[bytes], reader: Reader) -> Iterator[str]:
    """A line out for each line in that is not blank: its fields and what was understood, or what is wrong with it under "error"."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _written(_understood(number, line, reader))


def found(reading: Reading) -> dict[str, Any]:
    """A reading as the fields of a line."""
    risk = reading.risk
    return {
        "language": reading.language,
        "intent": reading.topic,
        "confidence": round(reading.confidence, 4),
        "entities": [{"entity": e.name, "value": e.value, "start": e.start, "end": e.end} for e in reading.entities],
        "flag": risk.flag.value,
        "ask": risk.ask,
        "flag_category": risk.category or (OTHER if risk.flag.flagged else None),  # where none is named, the reply is that for "other"
    }


def _understood(number: int, line: bytes, reader: Reader) -> dict[str, Any]:
    # No part of the line is told: errors are kept longer than messages.
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return {"line": number, "error": f"not JSON in UTF-8 ({type(error).__name__})"}
    if not isinstance(fields, dict):
        return {"line": number, "error": "not a JSON object"}
    if not isinstance(fields.get("text"), str) or not fields["text"].strip():
        return {**fields, "error": "no text"}
    begun = time.perf_counter()
    reading = reader.read(fields["text"])
    millis = 1000 * (time.perf_counter() - begun)
    return {**fields, **found(reading), "millis": round(millis, 2)}


def _written(fields: dict[str, Any]) -> str:
    line = json.dumps(fields, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON may hold and UTF-8 may not
        return json.dumps(fields)
    return line
