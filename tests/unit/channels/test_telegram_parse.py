from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import Telegram
from bot.channels.telegram_updates import callback_id
from bot.errors import BadUpdate
from bot.model import Inbound, Kind
from tests.emulators.telegram_user import MEDIA
from tests.unit.channels.json_values import anything, assert_valid, mutations

parse = Telegram.parse
HER = {"id": 1001, "is_bot": False, "first_name": "Rahima"}
BOT = {"id": 1, "is_bot": True, "first_name": "Bot"}
CHAT = {"id": 1001, "type": "private"}


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1700000000, "chat": CHAT, "from": HER, **fields}


def update(**content: Any) -> dict[str, Any]:
    return {"update_id": 42, **content}


def press(**fields: Any) -> dict[str, Any]:
    keyboard = {"inline_keyboard": [[{"text": "Back", "callback_data": "back"}, {"text": "Next step", "callback_data": "next"}]]}
    shown = {"message_id": 4, "date": 1700000000, "chat": CHAT, "from": BOT, "text": "…", "reply_markup": keyboard}
    return update(callback_query={"id": "q1", "from": HER, "message": shown, "chat_instance": "1", "data": "next", **fields})


def member(status: str, chat: dict[str, Any] = CHAT, user: dict[str, Any] = HER) -> dict[str, Any]:
    new = {"user": BOT, "status": status, "until_date": 0, **({"can_be_edited": False} if status == "administrator" else {})}
    old = {"user": BOT, "status": "member"}
    return update(my_chat_member={"chat": chat, "from": user, "date": 1700000000, "old_chat_member": old, "new_chat_member": new})


def event(**fields: Any) -> Inbound:
    """Of a message of hers with its id, or of what is none: a press, an edit, her leaving."""
    message = fields["kind"] in (Kind.TEXT, Kind.START, Kind.MEDIA) or (
        fields["kind"] is Kind.BUTTON and fields.get("text", "").startswith("/")
    )
    return Inbound(channel="telegram", external_id="42", sender="1001", platform_id="5" if message else None, **fields)


def test_text():
    assert parse(update(message=message(text="pasport korte koto tk"))) == event(kind=Kind.TEXT, text="pasport korte koto tk")


STARTS = {"/start": None, "/start carry_12-x": "carry_12-x", "/START@sohojatri_bot  ref1 ": "ref1", "/start\nhelp me": "help me"}


@pytest.mark.parametrize(("text", "payload"), STARTS.items())
def test_start(text, payload):
    assert parse(update(message=message(text=text))) == event(kind=Kind.START, text=text, payload=payload)


@pytest.mark.parametrize("name", ["menu", "steps", "language", "help", "stop"])
@pytest.mark.parametrize("tail", ["", "@sohojatri_bot", " he locked me in", "@sohojatri_bot now"])
def test_commands_are_buttons_and_keep_what_she_typed(name, tail):
    assert parse(update(message=message(text=f"/{name}{tail}"))) == event(kind=Kind.BUTTON, text=f"/{name}{tail}", payload=name)


NO_COMMANDS = ["/restart", '/inform{"a": 1}', "/", "//menu", "/menus", "/menu/steps", "please /menu", "/help, me", "/start_now"]


@pytest.mark.parametrize("text", NO_COMMANDS)
def test_anything_else_with_a_slash_is_text(text):
    assert parse(update(message=message(text=text))) == event(kind=Kind.TEXT, text=text)


def test_a_button_carries_its_payload_and_title():
    assert parse(press()) == event(kind=Kind.BUTTON, text="Next step", payload="next")
    assert callback_id(press()) == "q1"


def test_a_button_of_a_message_too_old_to_come_along():
    inaccessible = {"message_id": 4, "date": 0, "chat": CHAT}
    assert parse(press(message=inaccessible)) == event(kind=Kind.BUTTON, payload="next")
    assert parse(press(message=None)) == event(kind=Kind.BUTTON, payload="next")


def test_presses_that_are_not_for_us():
    assert parse(press(message={**message(text="x"), "chat": {"id": -5, "type": "group", "title": "g"}})) is None
    assert parse(press(message=None, inline_message_id="i")) is None
    assert parse(press(data=None, game_short_name="g")) is None


def test_edits():
    assert parse(update(edited_message=message(text="help", edit_date=1))) == event(kind=Kind.EDIT, text="help")
    assert parse(update(edited_message=message(text="/start", edit_date=1))) == event(kind=Kind.EDIT, text="/start")
    photo = message(photo=MEDIA["photo"], caption="look", edit_date=1)
    assert parse(update(edited_message=photo)) == event(kind=Kind.EDIT, text="look", media="photo", media_ref="file-photo-800")


@pytest.mark.parametrize(
    ("field", "media", "reference", "words"),
    [
        ("voice", "voice", "file-voice", ""),
        ("audio", "voice", "file-audio", ""),
        ("video", "video", "file-video", ""),
        ("video_note", "video", "file-note", ""),
        ("photo", "photo", "file-photo-800", ""),
        ("document", "file", "file-document", ""),
        ("sticker", "sticker", "file-sticker", ""),
        ("animation", "video", "file-animation", ""),
        ("contact", "contact", "tel:+8801700000000", "Rahima"),
        ("location", "location", "geo:23.7,90.4", ""),
        ("venue", "location", "geo:23.7,90.4", "Office Dhaka"),
        ("dice", "other", None, ""),
        ("poll", "other", None, "Which?"),
    ],
)
def test_media(field, media, reference, words):
    extra = {"document": MEDIA["document"]} if field == "animation" else {"location": MEDIA["location"]} if field == "venue" else {}
    expected = event(kind=Kind.MEDIA, text=words, media=media, media_ref=reference)
    assert parse(update(message=message(**{field: MEDIA[field]}, **extra))) == expected


def test_a_caption_is_the_text():
    assert parse(update(message=message(voice=MEDIA["voice"], caption="listen"))) == event(
        kind=Kind.MEDIA, text="listen", media="voice", media_ref="file-voice"
    )


def test_a_kind_of_message_that_the_library_does_not_know_is_not_dropped():
    assert parse(update(message=message(hologram={"file_id": "h"}))) == event(kind=Kind.MEDIA, media="other")


def test_she_blocked_the_bot():
    assert parse(member("kicked")) == event(kind=Kind.LEFT)


@pytest.mark.parametrize(
    "ignored",
    [
        member("member"),
        member("kicked", chat={"id": -5, "type": "group", "title": "g"}),
        update(message=message(text="hi", chat={"id": -5, "type": "group", "title": "g"})),
        update(message=message(text="hi", chat={"id": -5, "type": "supergroup", "title": "g"})),
        update(channel_post=message(text="hi", chat={"id": -5, "type": "channel", "title": "c"})),
        update(message=message(text="hi", **{"from": BOT})),
        update(message=message(pinned_message=message(text="x"))),
        update(message=message(new_chat_members=[HER])),
        update(inline_query={"id": "1", "from": HER, "query": "x", "offset": ""}),
        update(poll_answer={"poll_id": "1", "user": HER, "option_ids": [0], "option_persistent_ids": ["1"]}),
        update(),
        update(something_new={"a": 1}),
    ],
)
def test_what_is_not_for_us(ignored):
    assert parse(ignored) is None


@pytest.mark.parametrize(
    "bad",
    [
        None, [], "x", 3, {}, {"update_id": "1"}, {"update_id": True}, {"update_id": 2**63}, {"update_id": 1.0},
        update(message="x"), update(message=[]), update(message={"message_id": 1}), update(callback_query={"data": 5}),
        update(message=message(text=5)), update(message=message(text={})),
        update(message=message(text="x", chat=None)), update(message=message(text="x", chat={"id": "1001", "type": "private"})),
        update(message=message(photo="x")), update(message=message(location={"latitude": "x", "longitude": 0})),
        update(message=message(location={"latitude": float("nan"), "longitude": 0})), update(message=message(text="x", date="yesterday")),
    ],
)  # fmt: skip
def test_wrong_types_are_bad_updates(bad):
    with pytest.raises(BadUpdate):
        parse(bad)


def test_replies_nested_without_end_are_a_bad_update():
    nested = message(text="x")
    for _ in range(900):
        nested = message(text="x", reply_to_message=nested)
    with pytest.raises(BadUpdate):
        parse(update(message=nested))


def test_halves_of_surrogate_pairs_are_replaced():
    assert parse(update(message=message(text="a\ud83d"))) == event(kind=Kind.TEXT, text="a\ufffd")


def test_a_bad_update_does_not_quote_it():
    with pytest.raises(BadUpdate) as caught:
        parse(update(message=message(text="x", date="planted words")))
    assert caught.value.__context__ is not None
    assert "planted" not in str(caught.value)
    assert caught.value.__suppress_context__  # the library's error would


REAL = [
    update(message=message(text="/start x", entities=[{"type": "bot_command", "offset": 0, "length": 6}])),
    *(update(message=message(**{field: value})) for field, value in MEDIA.items()),
    update(edited_message=message(text="x", edit_date=1)), press(), member("kicked"),
]  # fmt: skip


FIELDS = ["update_id", "message", "callback_query", "my_chat_member"]


@settings(max_examples=300, deadline=None)
@given(anything | st.dictionaries(st.sampled_from(FIELDS), anything) | mutations(REAL))
def test_any_json_gives_an_event_nothing_or_a_bad_update(body):
    try:
        result = parse(body)
    except BadUpdate:
        return
    if result is not None:
        assert_valid(result)
        int(result.sender), int(result.external_id)
        callback_id(body)


def test_the_real_updates_that_the_fuzzing_starts_from_are_events():
    assert all(parse(real) is not None for real in REAL)


def test_a_press_that_carries_nothing_is_no_event():
    press = next(real for real in REAL if "callback_query" in real)
    assert parse({**press, "callback_query": {**press["callback_query"], "data": ""}}) is None
