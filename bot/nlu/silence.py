"""What Rasa may log."""

from __future__ import annotations

import logging

import structlog


def silence() -> None:
    """Rasa logs what people write, as structured fields and inside errors: only an entry's name and level stay."""

    def nameless(_: object, __: str, entry: dict[str, object]) -> str:
        return str(entry.get("event", ""))[:80]

    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, nameless],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=False,
    )
