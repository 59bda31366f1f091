"""Logging for all processes: no message text, no platform ids. A trace is logged as kinds and places, never with its words."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

_NOISY = (
    "httpx",
    "httpcore",
    "telegram",
    "alembic",
    "sqlalchemy",
    "sanic",
    "rasa",
    "apscheduler",
    "matplotlib",
    "asyncio",
    "rasa_sdk",
    "uvicorn.access",
)
_Exception = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Exceptions without their messages: an error's words may quote what she wrote or who she is."""

    def formatException(self, ei: _Exception) -> str:  # noqa: N802
        kind, _, trace = ei
        places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)] if trace else []
        return "\n".join([*places, kind.__name__ if kind else ""])

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have cached the full words
        return super().format(record)


def configure(level: str, process: str) -> None:
    """One handler on standard error for the whole process. Libraries speak from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(QuietFormatter(f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)  # TensorFlow and its kin warn their own developers
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
