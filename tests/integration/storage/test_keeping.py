"""Files of hers: wanted with the message that brought them, kept sealed, shown for her own case alone, and gone when she is forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NoSuchCase
from bot.model import CaseRequest, Kind, Level, Outcome, Picture
from bot.storage import Casework, Sealer
from tests.integration.storage.conftest import Desk

VOICE = Picture(id="v1", kind="audio/ogg", body=b"OggS zyxqamarwa")


def sends(desk: Desk, sender: str = "ann", media: str = "voice", level: Level = Level.STANDARD) -> tuple[str, int]:
    event = replace(desk.event("", sender=sender, kind=Kind.MEDIA), media=media, media_ref="the-file-id")
    received = desk.repository.receive([event])[0]
    conversation = received.conversation
    request = CaseRequest(level=level, category=None, reason="media")
    desk.answer(conversation, outcome=Outcome(replies=(), state=desk.repository.state(conversation), case=request))
    return conversation, received.message


@pytest.fixture
def cases(desk: Desk, sealer: Sealer) -> Casework:
    return Casework(desk.database, sealer, clock=desk.clock)


def case_of(desk: Desk, conversation: str) -> str:
    return str(next(row.id for row in desk.rows("cases") if row.conversation_id == conversation))


def test_it_is_fetched_once_and_kept_sealed(desk: Desk, cases: Casework) -> None:
    conversation, message = sends(desk)
    (wanted,) = desk.repository.take_wanted(60, 10)
    assert (wanted.message, wanted.channel, wanted.media, wanted.reference) == (message, "telegram", "voice", "the-file-id")
    assert desk.repository.take_wanted(60, 10) == []
    desk.repository.keep_media(message, VOICE)
    assert b"zyxqamarwa" not in bytes(desk.rows("media")[0].body) and desk.rows("media_jobs") == []
    assert cases.file(case_of(desk, conversation), message) == VOICE
    desk.clock.advance(61)
    assert desk.repository.take_wanted(60, 10) == []


def test_who_died_while_fetching_is_followed_by_another(desk: Desk) -> None:
    sends(desk)
    desk.repository.take_wanted(60, 10)
    desk.clock.advance(61)
    assert [wanted.attempts for wanted in desk.repository.take_wanted(60, 10)] == [1]


def test_a_place_or_a_sticker_is_no_file(desk: Desk) -> None:
    sends(desk, media="location")
    sends(desk, media="sticker")
    assert desk.repository.take_wanted(60, 10) == []


def test_the_desk_sees_what_became_of_it(desk: Desk, cases: Casework) -> None:
    desk.staff("s1", role="supervisor")
    conversation, message = sends(desk)
    case = case_of(desk, conversation)

    def shown() -> list[str]:
        return [line.file for line in cases.view(case, "s1", over=True).messages if line.media]

    assert shown() == ["waiting"]
    desk.repository.media_failed(message, "away")
    assert shown() == ["failed"] and desk.repository.take_wanted(60, 10) == []
    _, second = sends(desk)
    desk.repository.keep_media(second, VOICE)
    assert shown() == ["failed", "audio/ogg"]


def test_another_case_does_not_open_it(desk: Desk, cases: Casework) -> None:
    _, message = sends(desk, "ann")
    desk.repository.keep_media(message, VOICE)
    other, _ = sends(desk, "bea")
    with pytest.raises(NoSuchCase):
        cases.file(case_of(desk, other), message)


def test_with_her_it_is_forgotten(desk: Desk) -> None:
    conversation, message = sends(desk)
    desk.repository.keep_media(message, VOICE)
    sends(desk)
    assert desk.repository.forget(conversation) == "deleted"
    assert desk.rows("media") == desk.rows("media_jobs") == []
    desk.repository.keep_media(message, VOICE)
    assert desk.rows("media") == [], "what was under way is not kept either"


def test_of_a_flagged_case_it_stays_for_its_counsellor(desk: Desk, cases: Casework) -> None:
    conversation, message = sends(desk, level=Level.CRITICAL)
    desk.repository.keep_media(message, VOICE)
    assert desk.repository.forget(conversation) == "kept"
    assert cases.file(case_of(desk, conversation), message) == VOICE
