import io
import logging
import sys

import pytest

from bot.logs import QuietFormatter, configure

HERS = "he locked me in the house"


@pytest.fixture
def root():
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = handlers, level


def deep(text):
    try:
        raise KeyError(text)
    except KeyError as error:
        raise ValueError(f"bad: {text}") from error


def record():
    try:
        deep(HERS)
    except ValueError:
        return logging.LogRecord("bot", logging.ERROR, "x.py", 1, "a turn failed: %s", ("ValueError",), sys.exc_info())


def test_a_trace_is_logged_without_its_words():
    shown = QuietFormatter("%(message)s").format(record())
    assert HERS not in shown
    assert "locked" not in shown
    assert shown.startswith("a turn failed: ValueError")
    assert shown.endswith("ValueError")
    assert "in deep" in shown
    assert "test_logs.py:" in shown


def test_words_that_another_handler_cached_are_not_used():
    spoken = record()
    logging.Formatter("%(message)s").format(spoken)
    assert HERS in spoken.exc_text
    assert HERS not in QuietFormatter("%(message)s").format(spoken)


def test_an_exception_without_a_trace_is_named_by_its_kind():
    bare = logging.LogRecord("bot", logging.ERROR, "x.py", 1, "m", (), (ValueError, ValueError(HERS), None))
    assert QuietFormatter("%(message)s").format(bare) == "m\nValueError"


def test_exc_info_without_an_exception_is_harmless():
    nothing = logging.LogRecord("bot", logging.ERROR, "x.py", 1, "m", (), (None, None, None))
    assert QuietFormatter("%(message)s").format(nothing).strip() == "m"


def test_one_handler_names_process_level_and_logger(root, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure("INFO", "gateway")
    configure("INFO", "gateway")
    logging.getLogger("bot.x").info("hello")
    logging.getLogger("bot.x").debug("not this")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].endswith("gateway INFO bot.x: hello")


@pytest.mark.parametrize("library", ["httpx", "telegram", "telegram.ext", "sqlalchemy.engine", "rasa.core.channels", "uvicorn.access"])
def test_libraries_that_print_addresses_speak_only_when_something_is_wrong(root, monkeypatch, library):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure("DEBUG", "gateway")
    logging.getLogger(library).info("POST https://api.telegram.org/bot123:secret/sendMessage")
    assert stream.getvalue() == ""
