import logging
from dataclasses import replace

import pytest

from bot.errors import DialogueError
from bot.gateway import Gateway
from bot.knowledge import knowledge
from bot.model import Answer, Button, CaseRequest, Kind, Level, Place, Reply, Risk, State
from bot.replies import script_of
from bot.understanding.commands import Command
from tests.fakes.turns import REPLIES, Told, pressed, turn

CONTENT = knowledge()
RATE, LONGEST = 5, 200
CRITICAL = Risk(flag=Level.CRITICAL, category="captivity", reasons=("locked",))
URGENT = Risk(flag=Level.URGENT, category="captivity", reasons=("passport",))
SOFT = Risk(ask=True, category="physical_violence", reasons=("hits",))
PERSON = Risk(flag=Level.STANDARD, category="fraud", reasons=("model",))
SOUNDS = {
    "SURE": Risk(sure=True),
    "CRITICAL": CRITICAL,
    "URGENT": URGENT,
    "SOFT": SOFT,
    "PERSON": PERSON,
    "VAGUE": replace(URGENT, category="other"),
}
ENGLISH = State(language="en", language_chosen=True, script="en")


def assess(text, before=()):
    return next((risk for word, risk in SOUNDS.items() if word in text), Risk())


def detect(text, before):
    if any("\u0980" <= letter <= "\u09ff" for letter in text):
        return "bn"
    if any("\u0900" <= letter <= "\u097f" for letter in text):
        return "other"
    if not any(letter.isalpha() for letter in text):
        return before
    return "bn-latn" if "ami" in text else "en"


async def nobody(conversation, code):
    raise AssertionError("nobody asked for a code")


def gateway(told=None, redeem=nobody):
    return Gateway(
        dialogue=told or Told(), redeem=redeem, content=CONTENT, replies=REPLIES, assess=assess, detect=detect, rate_per_minute=RATE,
        max_text=LONGEST
    )  # fmt: skip


async def answer(told_turn, told=None, redeem=nobody):
    return await gateway(told, redeem).answer(told_turn)


def said(outcome):
    return "\n".join(reply.text for reply in outcome.replies)


def first(outcome):
    return outcome.replies[0].text


def sentence(name, language="bn"):
    return CONTENT.sentences[name][language]


def payloads(outcome):
    return [button.payload for button in outcome.replies[-1].buttons]


# --- an ordinary message


async def test_an_ordinary_message_is_answered_by_the_dialogue():
    told = Told()
    outcome = await answer(turn("ami bidesh jete chai"), told)
    assert said(outcome) == "the answer"
    assert outcome.case is None
    assert told.asked[0][:2] == ("c1", "ami bidesh jete chai")


async def test_the_dialogue_is_asked_with_her_state_as_it_is_after_this_message():
    told = Told()
    await answer(turn("how are you", state=State(place=Place(step=4))), told)
    state = told.asked[0][2]
    assert (state.language, state.script, state.place.step) == ("en", "en", 4)


async def test_the_dialogue_is_told_that_it_offered_two_topics_and_only_then():
    """Neither fits: she writes again. A second guess is not offered."""
    offering = Answer(replies=(Reply(text="this or that?", buttons=(Button(title="Neither", payload="other"),)),))
    told = Told(offering)
    outcome = await answer(turn("hmm", state=State(offered=())), told)
    assert outcome.state.offered == ("other",)
    assert told.asked[-1][2].offered == ()
    told = Told()
    outcome = await answer(turn("hmm hmm", state=outcome.state), told)
    assert told.asked[-1][2].offered == ("other",)
    assert outcome.state.offered == ()


async def test_text_is_cleaned_before_anything_reads_it():
    told = Told()
    await answer(turn("  ami\u200b \x00 bidesh\r\n\r\njete chai "), told)
    assert told.messages == ["ami bidesh\njete chai"]


async def test_she_is_where_the_dialogue_says():
    place = Place(step=3, part=1, done=frozenset({1}))
    outcome = await answer(turn("ami ki"), Told(Answer(replies=(Reply(text="x"),), place=place)))
    assert outcome.state.place == place


async def test_she_stays_where_she_was_when_the_dialogue_says_nothing():
    outcome = await answer(turn("ami ki", state=State(place=Place(step=9))))
    assert outcome.state.place == Place(step=9)


async def test_asking_for_a_person_in_her_own_words_opens_a_case():
    outcome = await answer(turn("ami manush chai"), Told(Answer(replies=(Reply(text="x"),), person=True)))
    assert outcome.case == CaseRequest(level=Level.STANDARD, category=None, reason="asked_for_person")


# --- she left


@pytest.mark.parametrize("held", [False, True])
async def test_who_left_gets_nothing_until_she_writes(held):
    told = Told()
    outcome = await answer(turn(kind=Kind.LEFT, held=held), told)
    assert outcome.unreachable
    assert outcome.replies == ()
    assert outcome.case is None
    assert told.asked == []


# --- danger


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EDIT, Kind.MEDIA, Kind.START])
async def test_danger_gets_the_fixed_reply_and_a_case_and_the_dialogue_is_not_asked(kind):
    told = Told()
    outcome = await answer(turn("ami CRITICAL", kind, media="photo" if kind is Kind.MEDIA else None), told)
    assert [reply.text[:18] for reply in outcome.replies] == ["critical captivity", f"where unknown {outcome.state.script}"[:18]]
    assert [button.payload for button in outcome.replies[0].buttons] == ["person", "hotlines", "hide"]
    assert payloads(outcome) == ["here.bd", "here.abroad", "safe"]
    assert outcome.case == CaseRequest(level=Level.CRITICAL, category="captivity", reason="flagged")
    assert outcome.state.level is Level.CRITICAL
    assert outcome.risk == CRITICAL
    assert told.asked == []


@pytest.mark.parametrize("text", ["CRITICAL", "next CRITICAL", "CRITICAL" + "x" * 1000])
async def test_danger_stands_alone_whatever_else_is_in_the_message(text):
    assert [reply.text.split()[0] for reply in (await answer(turn(text))).replies] == ["critical", "where"]


@pytest.mark.parametrize("recent", [RATE + 1, RATE + 2, 500])
async def test_danger_is_never_muted(recent):
    outcome = await answer(turn("URGENT", recent=recent))
    assert said(outcome).startswith("urgent captivity")
    assert outcome.case.level is Level.URGENT


async def test_danger_after_many_failed_attempts_is_still_danger():
    assert said(await answer(turn("URGENT", failures=9))).startswith("urgent")


async def test_danger_is_answered_in_the_way_she_writes_now():
    for text, script in (("আমি CRITICAL", "bn"), ("ami CRITICAL", "bn-latn"), ("CRITICAL", "en")):
        assert first(await answer(turn(text))) == f"critical captivity {script} 999"


async def test_danger_in_a_caption_is_answered_in_the_way_the_caption_is_written():
    assert first(await answer(turn("ami CRITICAL", Kind.MEDIA, media="photo"))) == "critical captivity bn-latn 999"


async def test_danger_in_a_language_that_is_not_ours_is_answered_as_before():
    outcome = await answer(turn("मैं CRITICAL", state=State(script="bn-latn")))
    assert first(outcome) == "critical captivity bn-latn 999"


@pytest.mark.parametrize(
    ("before", "message", "after"),
    [(Level.CRITICAL, "URGENT", Level.CRITICAL), (Level.URGENT, "CRITICAL", Level.CRITICAL), (Level.STANDARD, "URGENT", Level.URGENT)],
)
async def test_the_level_only_rises(before, message, after):
    outcome = await answer(turn(message, state=State(level=before)))
    assert outcome.state.level is after
    assert outcome.case.level is assess(message).flag


@pytest.mark.parametrize(
    "make",
    [
        lambda s: turn("ami ki", state=s),
        lambda s: pressed("safe", state=s),
        lambda s: turn(kind=Kind.START, state=s),
        lambda s: pressed("language.en", state=s),
    ],
)
async def test_no_message_lowers_the_level(make):
    assert (await answer(make(State(level=Level.CRITICAL)))).state.level is Level.CRITICAL


async def test_the_payload_of_a_button_is_not_read_for_danger():
    outcome = await answer(replace(pressed("next"), inbound=replace(pressed("next").inbound, text="CRITICAL")))
    assert outcome.case is None


async def test_the_dialogue_may_find_danger_that_the_rules_did_not():
    told = Told(Answer(replies=(Reply(text="not this"),), flag=Level.URGENT, place=Place(step=2)))
    outcome = await answer(turn("ami SOFT" + "x" * LONGEST), told)
    assert first(outcome) == "urgent other bn-latn 999"
    assert len(outcome.replies) == 2
    assert outcome.case == CaseRequest(level=Level.URGENT, category="physical_violence", reason="flagged")
    assert outcome.state.level is Level.URGENT
    assert outcome.risk.reasons == ("hits", "dialogue")


@pytest.mark.parametrize(("guessed", "flagged"), [(True, False), (False, True)])
async def test_a_topic_guessed_does_not_outweigh_a_model_that_is_sure_and_still_a_person_looks(guessed, flagged):
    """The danger model has read thousands of such messages; what guided questions bring to light is no guess."""
    told = Told(Answer(replies=(Reply(text="this"),), flag=Level.URGENT, guessed=guessed))
    outcome = await answer(turn("SURE what is trafficking"), told)
    assert (outcome.case.level is Level.URGENT) == flagged
    assert outcome.case.level in (Level.URGENT, Level.STANDARD)
    assert outcome.risk.flag.flagged == flagged
    assert outcome.risk.ask or flagged
    assert "999" in said(outcome) or "109" in said(outcome)


async def test_danger_that_the_dialogue_finds_in_a_caption_stands_alone_too():
    outcome = await answer(turn("ami", Kind.MEDIA, media="photo"), Told(Answer(replies=(Reply(text="x"),), flag=Level.CRITICAL)))
    assert [reply.text for reply in outcome.replies] == ["critical other bn-latn 999", "where unknown bn-latn"]
    assert outcome.case.reason == "flagged"


# --- after the first reply: where she is, whether she can write


async def test_while_her_case_is_open_she_is_asked_nothing_twice():
    outcome = await answer(turn("CRITICAL", case=Level.URGENT))
    assert [reply.text for reply in outcome.replies] == ["critical captivity en 999"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("ami saudi te achi CRITICAL", "sa"), ("ami satkhiray thaki CRITICAL", "bd"), ("ami bideshe achi CRITICAL", "abroad")],
)
async def test_where_she_says_she_is_decides_the_numbers_at_once(text, place):
    outcome = await answer(turn(text))
    assert outcome.state.whereabouts == place
    assert outcome.replies[1].text == f"where {place} bn-latn"


async def test_where_she_is_is_heard_in_ordinary_messages_and_kept():
    assert (await answer(turn("ami dubai te kaj kori"))).state.whereabouts == "ae"
    assert (await answer(turn("ami ki", state=State(whereabouts="ae")))).state.whereabouts == "ae"
    assert (await answer(turn("ami saudi jete chai"))).state.whereabouts is None
    assert (await answer(turn("ami deshe achi", state=State(whereabouts="ae")))).state.whereabouts == "bd"


async def test_who_writes_for_somebody_else_gets_the_reply_for_that():
    assert first(await answer(turn("amar bonke CRITICAL"))) == "critical captivity en 999 another"
    assert first(await answer(turn("amake CRITICAL"))).endswith("999")


async def test_danger_that_the_dialogue_finds_is_answered_for_whom_she_writes_and_where_she_is():
    told = Told(Answer(replies=(Reply(text="x"),), flag=Level.URGENT))
    outcome = await answer(turn("amar bonke niye ami saudi te achi"), told)
    assert first(outcome) == "urgent other bn-latn 999 another"
    assert outcome.replies[1].text == "where sa bn-latn"


async def test_while_her_case_waits_danger_of_no_clear_kind_is_not_answered_anew():
    vague = await answer(turn("ami VAGUE", case=Level.CRITICAL, category="captivity", fixed=True))
    assert vague.replies == ()
    assert vague.case.level is Level.URGENT
    assert (await answer(turn("ami URGENT", case=Level.CRITICAL, category="suicide", fixed=True))).replies


async def test_while_her_case_waits_all_countries_can_be_chosen():
    waiting = pressed("here.abroad", case=Level.CRITICAL, fixed=True)
    assert payloads(await answer(waiting)) == ["here.sa", "hide", "safe"]
    outcome = await answer(turn("1", state=State(offered=("can_write", "cannot_write")), case=Level.CRITICAL, fixed=True))
    assert said(outcome).startswith("answer can_write")
    assert payloads(outcome) == ["hotlines", "hide", "safe"]


async def asked(text, *, told=None, **state):
    """What is answered to a text after the first reply of a critical case."""
    before = (await answer(turn("CRITICAL", state=State(**state)))).state
    return await answer(turn(text, state=before, case=Level.CRITICAL), told)


@pytest.mark.parametrize("yes", ["1", "১", "yes", "ha", "হ্যাঁ", "ji"])
async def test_one_or_yes_means_that_she_can_write(yes):
    told = Told()
    outcome = await asked(yes, told=told)
    assert said(outcome).startswith("answer can_write")
    assert told.asked == []


@pytest.mark.parametrize("no", ["2", "২", "no", "na", "না"])
async def test_two_or_no_means_that_she_cannot(no):
    told = Told()
    outcome = await asked(no, told=told)
    assert said(outcome).startswith("answer cannot_write")
    assert told.asked == []


@pytest.mark.parametrize(
    ("text", "place"),
    [("saudi", "sa"), ("ami saudi te", "sa"), ("বিদেশে", "abroad"), ("bangladesh", "bd"), ("satkhira", "bd"), ("কাতার", "qa")],
)
async def test_a_typed_place_answers_the_question_too(text, place):
    outcome = await asked(text)
    assert outcome.state.whereabouts == place
    assert said(outcome).startswith(f"answer {place if place in ('bd', 'abroad', 'sa') else 'no_local'}")
    assert outcome.state.level is Level.CRITICAL
    assert outcome.case is None


async def test_a_country_can_be_typed_after_abroad_was_pressed_and_one_still_means_that_she_can_write():
    state = (await answer(turn("CRITICAL"))).state
    abroad = (await answer(pressed("here.abroad", state=state))).state
    country = await answer(turn("saudi", state=abroad))
    assert country.state.whereabouts == "sa"
    assert said(await answer(turn("1", state=country.state))).startswith("answer can_write")


async def test_anything_else_passes_the_questions_by():
    told = Told()
    passed = await asked("ami ki korbo ekhon", told=told)
    assert told.messages == ["ami ki korbo ekhon"]
    assert passed.state.offered == ()
    await answer(turn("1", state=passed.state), told)
    assert told.messages[-1] == Command("step", ("1",))


@pytest.mark.parametrize("text", ["লুকাও", "লুকান", "এই চ্যাট লুকান", "hide", "Hide this chat", "muche felo", "lukao", "ei chat lukan", "মুছে ফেলো"])
async def test_hiding_can_be_asked_for_in_words_whoever_waits(text):
    for waits in ({}, {"case": Level.CRITICAL, "fixed": True}):
        outcome = await answer(turn(text, **waits))
        assert said(outcome).startswith("done web") and outcome.hide
        assert not outcome.forget


@pytest.mark.parametrize("text", ["ভুল বুঝেছেন", "vul bujhechen", "apni bhul bujhechen", "you misunderstood"])
async def test_you_misunderstood_can_be_said_in_words(text):
    assert said(await answer(turn(text))) in (sentence("menu"), sentence("menu", "en"))


@pytest.mark.parametrize("text", ["muche den", "মুছে দিন", "delete"])
async def test_deleting_is_not_hiding(text):
    assert payloads(await answer(turn(text)))[0] == "delete_yes"


async def test_without_the_question_yes_and_places_mean_what_they_always_do():
    told = Told()
    for text in ("1", "yes", "saudi"):
        await answer(turn(text), told)
    assert told.messages == [Command("step", ("1",)), Command("yes"), "saudi"]


# --- a human holds it


@pytest.mark.parametrize(
    "told_turn",
    [
        turn("ami ki"),
        turn("next"),
        turn(kind=Kind.MEDIA, media="voice"),
        pressed("menu"),
        pressed("delete_yes"),
        turn(kind=Kind.START),
        turn("", Kind.TEXT),
        turn("ami", Kind.EDIT),
    ],
)
async def test_the_bot_is_silent_while_a_human_holds_it(told_turn):
    told = Told()
    outcome = await answer(replace(told_turn, held=True), told)
    assert outcome.replies == ()
    assert outcome.case is None
    assert not outcome.forget
    assert told.asked == []


async def test_danger_while_a_human_holds_it_raises_case_and_level_silently():
    outcome = await answer(turn("CRITICAL", held=True, state=State(level=Level.URGENT)))
    assert outcome.replies == ()
    assert outcome.case == CaseRequest(level=Level.CRITICAL, category="captivity", reason="flagged")
    assert outcome.state.level is Level.CRITICAL


async def test_the_way_she_writes_is_heard_while_a_human_holds_it():
    assert (await answer(turn("ami achi", held=True))).state.script == "bn-latn"


# --- edits


async def test_an_edit_without_danger_is_not_answered_again():
    told = Told()
    outcome = await answer(turn("ami SOFT", Kind.EDIT), told)
    assert outcome.replies == ()
    assert outcome.case is None
    assert outcome.risk == SOFT
    assert told.asked == []


# --- voice, photos and the like


@pytest.mark.parametrize("media", ["voice", "photo", "video", "sticker", "file", "contact", "location", "other"])
@pytest.mark.parametrize("caption", ["", " \u200b"])
async def test_what_cannot_be_read_goes_to_a_person_and_she_is_told(media, caption):
    outcome = await answer(turn(caption, Kind.MEDIA, media=media))
    assert said(outcome) == sentence("media")
    assert outcome.case == CaseRequest(level=Level.STANDARD, category=None, reason="media")


async def test_a_caption_is_answered_too():
    told = Told()
    outcome = await answer(turn("ami ki korbo", Kind.MEDIA, media="photo"), told)
    assert [reply.text for reply in outcome.replies] == [sentence("media"), "the answer"]
    assert outcome.case.reason == "media"
    assert told.messages == ["ami ki korbo"]


async def test_a_caption_may_be_a_command():
    outcome = await answer(turn("help", Kind.MEDIA, media="voice"))
    assert outcome.replies[0].text == sentence("media")
    assert "16135" in outcome.replies[-1].text
    assert outcome.case.reason == "media"


async def test_a_caption_that_asks_for_a_person_opens_the_case_she_asked_for():
    outcome = await answer(turn("ami manush chai", Kind.MEDIA, media="voice"), Told(Answer(replies=(Reply(text="x"),), person=True)))
    assert outcome.case.reason == "asked_for_person"


@pytest.mark.parametrize("recent", [RATE + 1, RATE + 2])
@pytest.mark.parametrize("caption", ["", "ami ki"])
async def test_many_at_once_still_reach_a_person(recent, caption):
    outcome = await answer(turn(caption, Kind.MEDIA, media="photo", recent=recent))
    assert outcome.case == CaseRequest(level=Level.STANDARD, category=None, reason="media")


# --- too many


async def test_at_the_limit_she_is_still_answered():
    assert said(await answer(turn("ami ki", recent=RATE))) == "the answer"


async def test_over_the_limit_she_is_told_once_and_the_dialogue_rests():
    told = Told()
    assert said(await answer(turn("ami ki", recent=RATE + 1), told)) == sentence("too_fast")
    assert (await answer(turn("ami SOFT", recent=RATE + 2), told)).replies == ()
    assert (await answer(pressed("next", recent=RATE + 2), told)).replies == ()
    assert told.asked == []


@pytest.mark.parametrize("recent", [RATE + 1, RATE + 2, 300])
@pytest.mark.parametrize("command", ["person", "hotlines", "help", "safe", "delete", "here.sa", "cannot_write", "hide"])
async def test_what_the_house_answers_is_never_muted(recent, command):
    outcome = await answer(pressed(command, recent=recent))
    assert outcome.replies
    assert sentence("too_fast") not in said(outcome)


async def test_the_note_on_too_many_offers_only_what_works_at_once():
    first = await answer(turn("ami ki", recent=RATE + 1))
    for payload in set(payloads(first)) - {"menu"}:
        assert (await answer(pressed(payload, recent=RATE + 2))).replies


# --- commands


@pytest.mark.parametrize(
    ("text", "command"),
    [("next", "next"), ("ধাপ ৫", "step.5"), ("step 11", "step.11"), ("menu", "menu"), ("pasport", "step.3"), ("/next", "next")],
)
async def test_a_typed_command_goes_to_the_dialogue_as_one(text, command):
    told = Told()
    await answer(turn(text), told)
    assert [str(message) for message in told.messages] == [command]
    assert isinstance(told.messages[0], Command)


async def test_a_pressed_button_goes_to_the_dialogue_as_its_command():
    told = Told()
    await answer(pressed("topic.cost_loan"), told)
    assert told.messages == [Command("topic", ("cost_loan",))]


@pytest.mark.parametrize(
    "payload", ["", "nonsense", "/crisis", '/control{"command":"delete_yes"}', "step.99", "DELETE_YES", "menu ", "code.1"]
)
async def test_an_old_or_forged_button_is_told_so(payload):
    told = Told()
    outcome = await answer(pressed(payload), told)
    assert said(outcome) == sentence("old_button")
    assert payloads(outcome) == ["hotlines", "person", "menu"]
    assert told.asked == []


async def test_a_button_without_payload_is_an_old_one():
    assert said(await answer(turn(kind=Kind.BUTTON))) == sentence("old_button")


@pytest.mark.parametrize("typed", ['/control{"command":"delete_yes"}', "/crisis", "/restart", "/nlu_fallback{}"])
async def test_a_typed_intent_is_only_words(typed):
    told = Told()
    outcome = await answer(turn(typed), told)
    assert not outcome.forget
    assert all(isinstance(message, str) for message in told.messages)


@pytest.mark.parametrize(
    "command",
    ["person", "hotlines", "help", "language", "language.en", "carry", "delete", "delete_yes", "safe", "here.bd", "can_write", "hide"],
)
async def test_the_house_answers_without_the_dialogue(command):
    told = Told(DialogueError())
    outcome = await answer(pressed(command), told)
    assert outcome.replies
    assert told.asked == []
    assert outcome.case is None or outcome.case.reason == "asked_for_person"


async def test_the_risk_of_a_typed_house_command_is_kept():
    risk = (await answer(turn("help SOFT"))).risk
    assert risk == SOFT


# --- the first contact


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        (None, "start"), ("", "start"), ("step-5", "step.5"), ("step-13", "step.13"), ("topic-job_offer", "topic.job_offer"),
        ("step-14", "start"), ("delete_yes", "start"),
        ("delete-yes", "start"), ("next", "start"), ("done-5", "start"), ("/crisis", "start"), ("code-1", "start"), ("x" * 500, "start"),
        ("GET_STARTED", "start"),
    ],
)  # fmt: skip
async def test_a_deep_link_opens_what_it_names_and_nothing_that_changes_anything(payload, command):
    told = Told()
    await answer(turn(kind=Kind.START, payload=payload), told)
    assert [str(message) for message in told.messages] == [command]


async def test_a_deep_link_may_carry_her_code():
    asked = []

    async def redeem(conversation, code):
        asked.append((conversation, code))
        return "ok", State(language="en", language_chosen=True, place=Place(step=7))

    outcome = await answer(turn(kind=Kind.START, payload="code-12345678"), redeem=redeem)
    assert asked == [("c1", "12345678")]
    assert outcome.state.place.step == 7
    assert said(outcome) == sentence("carried", "en")


@pytest.mark.parametrize(("payload", "words"), [("hotlines", "16135"), ("person", "CWCS")])
async def test_a_deep_link_may_open_numbers_or_ask_for_a_person(payload, words):
    assert words in said(await answer(turn(kind=Kind.START, payload=payload)))


async def test_a_deep_link_may_name_the_language_of_the_greeting():
    told = Told()
    outcome = await answer(turn(kind=Kind.START, payload="language-en"), told)
    assert (outcome.state.language, outcome.state.language_chosen) == ("en", False)
    assert told.asked[0][1:] == (Command("start"), replace(outcome.state, today="2026-11-24"))


@pytest.mark.parametrize(
    ("payload", "before", "script"),
    [("language-en", "bn", "en"), ("language-en", "bn-latn", "en"), ("language-bn", "en", "bn"), ("language-bn", "bn-latn", "bn-latn")],
)
async def test_who_only_presses_is_answered_in_the_language_of_her_page_also_in_fixed_texts(payload, before, script):
    began = (await answer(turn(kind=Kind.START, payload=payload, state=State(script=before)))).state
    assert script_of(began) == script


# --- nothing to read, or not our language


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "🙂", "👍🏽👍🏽", "...", "?!", "\x00"])
async def test_a_message_without_words_is_told_so(text):
    told = Told()
    outcome = await answer(turn(text), told)
    assert said(outcome) == sentence("nothing")
    assert told.asked == []


async def test_another_language_is_told_which_we_understand():
    told = Told()
    outcome = await answer(turn("नमस्ते", state=State(script="bn-latn")), told)
    assert said(outcome) == sentence("speaks")
    assert outcome.state.script == "bn-latn"
    assert told.asked == []


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EDIT, Kind.MEDIA])
async def test_how_she_writes_is_always_one_of_our_three(kind, held):
    outcome = await answer(turn("नमस्ते", kind, held=held, media="photo"))
    assert outcome.state.script in ("bn", "bn-latn", "en")


# --- the language of the answer


@pytest.mark.parametrize(("text", "language"), [("আমি কি যাব", "bn"), ("ami ki jabo", "bn"), ("should I go", "en")])
@pytest.mark.parametrize("before", ["bn", "en"])
async def test_the_answer_is_in_the_language_she_writes(text, language, before):
    assert (await answer(turn(text, state=State(language=before)))).state.language == language


async def test_a_chosen_language_stays():
    outcome = await answer(turn("ami ki jabo", state=ENGLISH))
    assert (outcome.state.language, outcome.state.script) == ("en", "bn-latn")


@pytest.mark.parametrize("text", ["next", "step 5", "menu", "pasport", "5", "list", "ok"])
@pytest.mark.parametrize("state", [State(), State(script="bn-latn"), State(language="en", script="en")])
async def test_a_command_in_latin_letters_does_not_change_the_language(text, state):
    assert (await answer(turn(text, state=state))).state == state


async def test_a_command_in_bangla_letters_does():
    assert (await answer(turn("পরের ধাপ", state=State(language="en", script="en")))).state.language == "bn"


async def test_a_first_hello_is_answered_in_its_language():
    assert (await answer(turn("hello"))).state.language == "en"


# --- the dialogue fails


async def test_a_failed_dialogue_gives_numbers_and_a_case(caplog):
    with caplog.at_level(logging.INFO):
        outcome = await answer(turn("ami secretly ki"), Told(DialogueError("Rasa failed: ReadTimeout")))
    assert said(outcome) == sentence("rasa_down")
    assert "999" in said(outcome)
    assert outcome.case == CaseRequest(level=Level.STANDARD, category=None, reason="dialogue_failed")
    assert "secret" not in caplog.text
    assert "c1" in caplog.text


@pytest.mark.parametrize(("failures", "asked"), [(0, 1), (2, 1), (3, 0), (50, 0)])
async def test_a_message_that_failed_three_times_is_not_tried_on_the_dialogue_again(failures, asked):
    told = Told()
    outcome = await answer(turn("ami ki", failures=failures), told)
    assert len(told.asked) == asked
    assert (outcome.case is not None) == (asked == 0)


async def test_a_fault_of_ours_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        await answer(turn("ami ki"), Told(ZeroDivisionError()))


# --- long, and doubtful


async def test_a_very_long_message_is_cut_and_she_is_told():
    told = Told()
    outcome = await answer(turn("ami " + "x" * LONGEST), told)
    assert [reply.text for reply in outcome.replies] == [sentence("too_long"), "the answer"]
    assert len(told.messages[0]) == LONGEST


async def test_a_message_of_just_the_limit_is_whole():
    told = Told()
    outcome = await answer(turn("x" * LONGEST), told)
    assert said(outcome) == "the answer"
    assert told.messages == ["x" * LONGEST]


async def test_danger_at_the_end_of_a_very_long_message_is_seen():
    assert said(await answer(turn("x " * LONGEST * 5 + "CRITICAL"))).startswith("critical")


async def test_a_doubtful_message_gets_its_answer_and_one_soft_line():
    outcome = await answer(turn("ami SOFT"))
    assert [reply.text for reply in outcome.replies] == ["the answer", sentence("soft_ask")]
    assert "person" in payloads(outcome)
    assert outcome.risk == SOFT
    assert outcome.case is None


async def test_who_needs_a_person_without_danger_is_offered_one():
    outcome = await answer(turn("ami PERSON"))
    assert [reply.text for reply in outcome.replies] == ["the answer", sentence("offer_person")]
    assert "person" in payloads(outcome)
    assert outcome.case is None


@pytest.mark.parametrize("more", [{"before": ("age PERSON",)}, {"case": Level.STANDARD}])
async def test_a_person_is_offered_once(more):
    assert said(await answer(turn("ami PERSON", **more))) == "the answer"


async def test_what_she_wrote_shortly_before_is_read_with_it():
    heard = []

    def note(text, before):
        heard.append((text, before))
        return Risk()

    told = Gateway(
        dialogue=Told(), redeem=nobody, content=CONTENT, replies=REPLIES, assess=note, detect=detect, rate_per_minute=RATE,
        max_text=LONGEST,
    )  # fmt: skip
    await told.answer(turn("marse", before=("malik amake",)))
    assert heard == [("marse", ("malik amake",))]


async def test_the_dialogue_too_may_doubt():
    outcome = await answer(turn("ami ki"), Told(Answer(replies=(Reply(text="x"),), ask=True)))
    assert [reply.text for reply in outcome.replies] == ["x", sentence("soft_ask")]
    assert outcome.risk.ask


async def test_a_doubtful_message_while_the_dialogue_fails_keeps_the_soft_line():
    outcome = await answer(turn("ami SOFT"), Told(DialogueError()))
    assert said(outcome).endswith(sentence("soft_ask"))
    assert outcome.case.category == "physical_violence"


@pytest.mark.parametrize("reason", ["context", "model"])
async def test_of_a_typed_command_a_guess_is_no_danger(reason):
    """ "next", typed four times, was read together as a disclosure; "where am I" alone as one; "step 13" brought the soft line."""
    heard = []

    def guess(text, before):
        heard.append(before)
        return Risk(flag=Level.CRITICAL, category="captivity", reasons=(reason,))

    asked = Gateway(
        dialogue=Told(), redeem=nobody, content=CONTENT, replies=REPLIES, assess=guess, detect=detect, rate_per_minute=RATE, max_text=500
    )  # fmt: skip
    outcome = await asked.answer(turn("next", before=("next", "malik amake", "next")))
    assert heard == [("malik amake",)]
    assert (outcome.risk.flag, outcome.risk.ask, outcome.case) == (Level.NONE, False, None)
    ruled = Gateway(
        dialogue=Told(), redeem=nobody, content=CONTENT, replies=REPLIES, detect=detect, rate_per_minute=RATE, max_text=500,
        assess=lambda text, before: Risk(flag=Level.CRITICAL, category="captivity", reasons=("locked_in",)),
    )  # fmt: skip
    assert (await ruled.answer(turn("next"))).risk.flag is Level.CRITICAL
