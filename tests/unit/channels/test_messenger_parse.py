from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.messenger import Messenger
from bot.errors import BadUpdate
from bot.model import Inbound, Kind
from tests.unit.channels.json_values import anything, assert_valid, mutations

parse = Messenger.parse


def event(sender: str = "7001", **content: Any) -> dict[str, Any]:
    return {"sender": {"id": sender}, "recipient": {"id": "page"}, "timestamp": 1700000000000, **content}


def body(*events: Any, **more: Any) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": "page", "time": 1, "messaging": list(events), **more}]}


def inbound(**fields: Any) -> Inbound:
    return Inbound(**{"channel": "messenger", "sender": "7001", "external_id": "m_1", **fields})


def message(**fields: Any) -> dict[str, Any]:
    return event(message={"mid": "m_1", **fields})


def attachment(kind: str, **payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": payload or {"url": f"https://x.invalid/{kind}"}}


def test_text():
    assert parse(body(message(text="smart card koi pabo"))) == [inbound(kind=Kind.TEXT, text="smart card koi pabo")]


def test_a_quick_reply_is_a_button():
    assert parse(body(message(text="Next", quick_reply={"payload": "next"}))) == [inbound(kind=Kind.BUTTON, text="Next", payload="next")]


KINDS = [("audio", "voice"), ("image", "photo"), ("video", "video"), ("file", "file"), ("fallback", "other"), ("reel", "other")]


@pytest.mark.parametrize(("kind", "media"), KINDS)
def test_attachments(kind, media):
    expected = inbound(kind=Kind.MEDIA, media=media, media_ref=f"https://x.invalid/{kind}")
    assert parse(body(message(attachments=[attachment(kind)]))) == [expected]


def test_a_location():
    place = attachment("location", coordinates={"lat": 23.7, "long": 90.4})
    assert parse(body(message(attachments=[place]))) == [inbound(kind=Kind.MEDIA, media="location", media_ref="geo:23.7,90.4")]


def test_stickers():
    sticker = attachment("image", url="https://x.invalid/s", sticker_id=369239263222822)
    expected = inbound(kind=Kind.MEDIA, media="sticker", media_ref="https://x.invalid/s")
    assert parse(body(message(sticker_id=369239263222822, attachments=[sticker]))) == [expected]
    assert parse(body(message(attachments=[sticker]))) == [expected]


def test_several_pictures_are_one_event():
    pictures = [attachment("image", url="https://x.invalid/1"), attachment("image", url="https://x.invalid/2")]
    expected = inbound(kind=Kind.MEDIA, text="both", media="photo", media_ref="https://x.invalid/1\nhttps://x.invalid/2")
    assert parse(body(message(text="both", attachments=pictures))) == [expected]


def test_words_with_a_link_are_words():
    words = message(text="is https://x.invalid real?", attachments=[attachment("fallback")])
    assert parse(body(words)) == [inbound(kind=Kind.TEXT, text="is https://x.invalid real?")]


def test_a_message_without_content_that_we_know_is_not_dropped():
    assert parse(body(message(is_unsupported=True))) == [inbound(kind=Kind.MEDIA, media="other")]


def test_postbacks():
    pressed = event(postback={"mid": "m_1", "title": "Menu", "payload": "menu"})
    assert parse(body(pressed)) == [inbound(kind=Kind.BUTTON, text="Menu", payload="menu")]


def test_a_postback_without_mid_has_an_id_of_its_own_and_the_same_when_repeated():
    def pressed(payload: str, timestamp: int = 1) -> dict[str, Any]:
        return event(postback={"title": "Menu", "payload": payload}) | {"timestamp": timestamp}

    first, again, other, later = parse(body(pressed("menu"), pressed("menu"), pressed("steps"), pressed("menu", 2)))
    assert first == again
    assert len({first.external_id, other.external_id, later.external_id}) == 3
    assert "7001" not in first.external_id


def test_get_started_is_a_start():
    assert parse(body(event(postback={"mid": "m_1", "payload": "get_started"}))) == [inbound(kind=Kind.START)]
    opened = event(postback={"mid": "m_1", "payload": "get_started", "referral": {"ref": "carry_1", "source": "SHORTLINK"}})
    assert parse(body(opened)) == [inbound(kind=Kind.START, payload="carry_1")]


def test_a_referral_is_a_start():
    (found,) = parse(body(event(referral={"ref": "carry_1", "source": "SHORTLINK", "type": "OPEN_THREAD"})))
    assert (found.kind, found.payload, found.sender) == (Kind.START, "carry_1", "7001")


def test_edits_are_not_repeats_of_the_message_nor_of_each_other():
    edits = [event(message_edit={"mid": "m_1", "text": text, "num_edit": number}) for text, number in (("a", 1), ("b", 2))]
    first, second = parse(body(*edits))
    assert (first.kind, first.text) == (Kind.EDIT, "a")
    assert len({"m_1", first.external_id, second.external_id}) == 3
    assert parse(body(edits[0]))[0].external_id == first.external_id


@pytest.mark.parametrize(
    "ignored",
    [
        message(text="ours", is_echo=True, app_id=1), event(read={"watermark": 1}), event(delivery={"mids": ["m_1"], "watermark": 1}),
        event(reaction={"reaction": "love", "action": "react", "mid": "m_1"}), event(typing="on"), event(optin={"ref": "x"}), event(),
    ],
)  # fmt: skip
def test_what_is_no_word_of_hers(ignored):
    assert parse(body(ignored)) == []


def test_standby_events_belong_to_another_app():
    assert parse({"object": "page", "entry": [{"id": "page", "standby": [message(text="x")]}]}) == []


def test_every_event_of_every_entry_in_order():
    def said(text: str) -> dict[str, Any]:
        return event(message={"mid": f"m_{text}", "text": text})

    whole = {"object": "page", "entry": [body(said(f"{n}"), said(f"{n}b"))["entry"][0] for n in range(3)]}
    assert [found.text for found in parse(whole)] == ["0", "0b", "1", "1b", "2", "2b"]


def test_an_event_that_cannot_be_read_does_not_take_the_others_with_it():
    nobodys = [{"message": {"mid": "m", "text": "no sender"}}, message(text="x") | {"sender": "me"}]
    unreadable = [message(text=5), event(message="x"), 7, *nobodys]
    assert [found.text for found in parse(body(message(text="one"), *unreadable, message(text="two")))] == ["one", "two"]


@pytest.mark.parametrize("bad", [None, [], "x", 3, {}, {"entry": {}}, {"object": "page", "entry": "x"}])
def test_a_body_of_a_wrong_shape(bad):
    with pytest.raises(BadUpdate):
        parse(bad)


def test_halves_of_surrogate_pairs_are_replaced():
    assert parse(body(message(text="a\ud83d"))) == [inbound(kind=Kind.TEXT, text="a\ufffd")]


REAL = [
    body(
        message(text="Next", quick_reply={"payload": "next"}), message(text="x"), message(attachments=[attachment("image")]),
        message(attachments=[attachment("location", coordinates={"lat": 1.5, "long": 2})]),
        event(postback={"title": "Menu", "payload": "menu"}),
        event(postback={"mid": "m_1", "payload": "get_started", "referral": {"ref": "r"}}),
        event(referral={"ref": "r"}), event(message_edit={"mid": "m_1", "text": "x", "num_edit": 1}),
    )
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(anything | st.dictionaries(st.sampled_from(["object", "entry"]), anything) | anything.map(body) | mutations(REAL))
def test_any_json_gives_events_or_a_bad_update(whole):
    try:
        found = parse(whole)
    except BadUpdate:
        return
    for one in found:
        assert_valid(one)


def test_the_real_body_that_the_fuzzing_starts_from_is_all_events():
    assert len(parse(REAL[0])) == 8
