"""What the gateway does with guided questions, payments, pictures and papers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import DialogueError
from bot.flows import flow_plans
from bot.gateway import Gateway
from bot.knowledge import knowledge
from bot.media import Pictures
from bot.model import Answer, Button, Flow, Kind, Level, Payment, Reply, Risk, State, Turn
from bot.understanding.commands import Command
from tests.fakes.turns import REPLIES, THE_ANSWER, Told, pressed, turn

CONTENT = knowledge()
PAYMENTS = [
    Payment(id="p1", amount=50_000, currency="BDT", day="2026-11-20", to="Rahim", what="visa", proof="paper", picture="old"),
    Payment(id="p2", amount=500, currency="SAR", day="", to="", what="", proof="none"),
]
ASKING = State(flows=(Flow(name="offer_check", asked="age", since="2026-11-24"),))
PICTURED = State(flows=(Flow(name="receipt", asked="picture", since="2026-11-24", answers=(("consent", "yes"), ("amount", "5 BDT"))),))


def picture() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (10, 10)).save(out, "JPEG")
    return out.getvalue()


async def fetch(reference: str) -> bytes:
    if reference == "broken":
        raise RuntimeError("the platform's words")
    return picture()


async def ledger(conversation: str) -> list[Payment]:
    return PAYMENTS


async def redeem(conversation: str, code: str) -> tuple[str, State]:
    return "wrong", State()


def shown(reference: str, media: str = "photo") -> Turn:
    """A message of hers with a file, while a picture is asked for."""
    of = turn(kind=Kind.MEDIA, media=media, state=PICTURED)
    return replace(of, inbound=replace(of.inbound, media_ref=reference))


def gateway(told: Told, flag: Level = Level.NONE, payments: bool = True) -> Gateway:
    return Gateway(
        dialogue=told, redeem=redeem, content=CONTENT, replies=REPLIES, assess=lambda text, before=(): Risk(flag=flag if "danger" in text else Level.NONE),
        detect=lambda text, before: "other" if "???" in text else "en" if text.isascii() and text.isalpha() else before or "bn", rate_per_minute=10, max_text=500,
        **({"ledger": ledger} if payments else {}), pictures=Pictures({"web": fetch}),
    )  # fmt: skip


async def answer(of, told: Told | None = None, **options):
    return await gateway(told or Told(), **options).answer(of)


def payloads(outcome):
    return [button.payload for button in outcome.replies[-1].buttons]


# --- guided questions


@pytest.mark.parametrize("text", ["12", "step 5", "training", "শেষ"])
async def test_what_may_answer_the_open_question_is_left_to_the_reader(text):
    told = Told()
    await answer(turn(text, state=ASKING), told)
    assert told.messages == [text]


@pytest.mark.parametrize(("text", "name"), [("stop", "stop"), ("menu", "menu"), ("না", "no"), ("skip", "skip"), ("জানি না", "unknown")])
async def test_commands_stay_commands(text, name):
    told = Told()
    await answer(turn(text, state=ASKING), told)
    assert told.messages == [Command(name)]


async def test_the_house_still_answers_in_the_middle_and_leads_back():
    outcome = await answer(turn("helpline", state=ASKING))
    assert payloads(outcome)[0] == "flow.offer_check"


async def test_an_answer_in_the_middle_leads_back_and_one_of_the_questions_does_not():
    assert payloads(await answer(turn("passport er kotha", state=ASKING)))[0] == "flow.offer_check"
    moved = Told(replace(THE_ANSWER, flows=ASKING.flows))
    assert payloads(await answer(turn("x", state=ASKING), moved)) == ["menu"]
    aside = State(flows=(replace(ASKING.flows[0], open=False),))
    assert payloads(await answer(turn("x", state=aside))) == ["menu"]


async def test_the_questions_are_remembered_and_the_day_is_told_to_the_dialogue_only():
    flow = Flow(name="offer_check", asked="job", answers=(("country", "sa"),), since="2026-11-24")
    told = Told(replace(THE_ANSWER, flows=(flow,), agreed="receipts"))
    outcome = await answer(turn("সৌদি", state=ASKING), told)
    assert outcome.state.flows == (flow,)
    assert outcome.state.agreed == {"receipts"}
    assert told.asked[0][2].today == "2026-11-24"
    assert outcome.state.today == ""


async def test_a_short_latin_answer_does_not_change_the_language():
    assert (await answer(turn("Jordan", state=ASKING))).state.language == "bn"
    assert (await answer(turn("Jordan"))).state.language == "en"


async def test_a_number_is_in_no_language():
    english = replace(ASKING, language="en")
    assert (await answer(turn("5000", state=english))).state.language == "en"
    assert (await answer(turn("5000", state=replace(english, flows=())))).state.language == "en"


async def test_a_strange_name_is_an_answer():
    told = Told()
    await answer(turn("???", state=replace(ASKING, language="bn")), told)
    assert told.messages == [] or told.messages == ["???"]


async def test_danger_goes_first_and_the_questions_wait():
    told = Told()
    outcome = await answer(turn("danger", state=ASKING), told, flag=Level.CRITICAL)
    assert told.messages == []
    assert outcome.state.flows == ASKING.flows
    assert outcome.case.level is Level.CRITICAL


async def test_what_the_questions_brought_to_light_is_told_before_the_fixed_reply():
    told = Told(Answer(replies=(Reply(text="the signs"),), flows=(), flag=Level.URGENT, category="captivity"))
    outcome = await answer(turn("12", state=ASKING), told)
    assert outcome.replies[0].text == "the signs"
    assert len(outcome.replies) > 1
    assert (outcome.case.level, outcome.case.category) == (Level.URGENT, "captivity")
    assert outcome.state.flows == ()


# --- payments


async def test_the_list_has_every_payment_and_the_total():
    outcome = await answer(pressed("receipts"))
    text = outcome.replies[0].text
    assert "৫০,০০০ টাকা" in text
    assert "৫০,০০০ টাকা + ৫০০ রিয়াল" in text
    assert {"receipt.p1", "receipt.p2", "flow.receipt", "flow.complaint", "person", "menu"} == set(payloads(outcome))


async def test_an_empty_list_says_how_to_begin():
    outcome = await answer(pressed("receipts"), payments=False)
    assert CONTENT.sentences["receipts_none"].bn in outcome.replies[0].text
    assert "flow.receipt" in payloads(outcome)


async def test_each_button_names_its_payment_by_its_number_in_the_list():
    outcome = await answer(pressed("receipts"))
    assert [button.title for button in outcome.replies[-1].buttons][:2] == ["১. ৫০,০০০ টাকা", "২. ৫০০ রিয়াল"]


async def test_one_is_deleted_only_after_a_second_press():
    first = await answer(pressed("receipt.p1.delete"))
    assert first.unpaid == ()
    assert "receipt.p1.delete_yes" in payloads(first)
    second = await answer(pressed("receipt.p1.delete_yes"))
    assert second.unpaid == ("p1",)
    assert "৫০,০০০" not in second.replies[0].text


@pytest.mark.parametrize("payload", ["receipt.gone", "receipt.gone.delete", "receipt.gone.delete_yes"])
async def test_a_payment_that_is_gone_shows_the_list(payload):
    outcome = await answer(pressed(payload))
    assert outcome.unpaid == ()
    assert CONTENT.sentences["receipts_list"].bn in outcome.replies[0].text


async def test_to_correct_asks_again_for_the_same_payment():
    told = Told()
    await answer(pressed("receipt.p1.correct"), told)
    (asked,) = told.asked
    assert asked[1] == Command("flow", ("receipt_again",))
    assert asked[2].flows[0].answers == (("id", "p1"), ("consent", "yes"))


async def test_to_correct_does_not_lose_a_payment_half_written():
    told = Told()
    half = Flow(name="receipt", answers=(("consent", "yes"), ("amount", "5 BDT")), asked="day")
    await answer(pressed("receipt.p1.correct", state=State(flows=(half,))), told)
    assert [flow.name for flow in told.asked[0][2].flows] == ["receipt_again", "receipt"]


async def test_one_that_is_gone_is_not_corrected_but_the_list_shown():
    told = Told()
    outcome = await answer(pressed("receipt.gone.correct"), told)
    assert told.asked == []
    assert CONTENT.sentences["receipts_list"].bn in outcome.replies[0].text


def corrected(*answers):
    return Told(replace(THE_ANSWER, flows=(), ended=Flow(name="receipt_again", answers=(("id", "p1"), ("consent", "yes"), *answers))))


@pytest.mark.parametrize(
    ("answers", "changed"),
    [
        ((("amount", ""), ("day", ""), ("to", ""), ("what", ""), ("proof", "message"), ("picture", "")), {"proof": "message"}),
        ((("amount", "700 SAR"), ("day", ""), ("to", ""), ("what", ""), ("proof", "")), {"amount": 700, "currency": "SAR"}),
        ((("amount", ""), ("day", "2026-11-01"), ("to", "?"), ("what", "medical"), ("proof", "none")), {"day": "2026-11-01", "to": "", "what": "medical", "proof": "none"}),
        ((("amount", ""), ("day", ""), ("to", ""), ("what", ""), ("proof", "paper"), ("picture", "new")), {"picture": "new"}),
    ],
)  # fmt: skip
async def test_what_is_not_corrected_stays_the_picture_too(answers, changed):
    outcome = await answer(turn("x"), corrected(*answers))
    assert outcome.payments == (replace(PAYMENTS[0], **changed),)
    assert "📷" in outcome.replies[0].text
    assert payloads(outcome) == ["menu"]


async def test_a_correction_of_what_was_deleted_meanwhile_and_says_nothing_keeps_nothing():
    outcome = await answer(turn("x"), corrected(("amount", ""), ("day", "")), payments=False)
    assert outcome.payments == ()
    assert "০ টাকা" not in outcome.replies[0].text
    anew = await answer(turn("x"), corrected(("amount", "900 BDT"), ("day", "")), payments=False)
    assert [(one.id, one.amount) for one in anew.payments] == [("p1", 900)]


async def test_a_payment_is_kept_with_the_turn_that_ends_its_questions():
    ended = Flow(name="receipt", answers=(("consent", "yes"), ("amount", "5000 BDT"), ("to", "?")))
    outcome = await answer(turn("x"), Told(replace(THE_ANSWER, flows=(), ended=ended)))
    (payment,) = outcome.payments
    assert (payment.amount, payment.to) == (5000, "")


@pytest.mark.parametrize(("language", "names"), [("bn", ["bn"]), ("en", ["bn", "en"])])
async def test_a_complaint_becomes_papers_before_the_words(language, names):
    ended = Flow(name="complaint", answers=(("consent", "yes"), ("story", "They took money.")))
    state = State(language=language, language_chosen=True)
    outcome = await answer(turn("x", state=state), Told(replace(THE_ANSWER, flows=(), ended=ended)))
    assert [paper.name.split("-")[1] for paper in outcome.papers] == names
    assert [reply.file for reply in outcome.replies] == [*(paper.id for paper in outcome.papers), None]
    assert all(paper.body.startswith(b"%PDF") for paper in outcome.papers)
    captions = [reply.text for reply in outcome.replies[:-1]]
    assert len(set(captions)) == len(names), "two files are told apart"
    assert language == "bn" or "Bangla" in captions[0]


async def test_who_tells_of_a_payment_is_reminded_to_write_it_down():
    outcome = await answer(turn("দালালকে ৫০ হাজার টাকা দিয়েছি"))
    assert CONTENT.sentences["receipt_remind"].bn in outcome.replies[-1].text
    assert "flow.receipt" in payloads(outcome)
    assert len((await answer(turn("৫০ হাজার টাকা চায়"))).replies) == 1


# --- pictures


async def test_a_picture_that_was_asked_for_answers_the_question():
    told = Told(replace(THE_ANSWER, flows=()))
    outcome = await answer(shown("file"), told)
    assert outcome.picture is not None
    assert told.messages == [Command("say", ("receipt", "picture", outcome.picture.id))]
    assert outcome.case is None


def early(asked, *answers, flow="receipt", since="2026-11-24"):
    of = shown("file")
    return replace(of, state=State(flows=(Flow(name=flow, asked=asked, since=since, answers=answers),)))


async def test_a_picture_sent_before_it_is_asked_for_is_kept_for_that_question():
    told = Told(replace(THE_ANSWER, flows=()))
    outcome = await answer(early("day", ("consent", "yes"), ("amount", "5 BDT")), told)
    assert outcome.picture is not None
    assert told.messages == [Command("say", ("receipt", "picture", outcome.picture.id))]
    assert outcome.case is None


@pytest.mark.parametrize(
    "of",
    [
        early("consent"),
        early("day", ("consent", "yes"), since="2026-11-20"),
        early("to", ("consent", "yes"), ("picture", "p1")),
        early("story", ("consent", "yes"), flow="complaint"),
    ],
)
async def test_one_without_her_consent_of_another_day_or_a_second_one_is_not_taken_for_the_receipt(of):
    told = Told()
    outcome = await answer(of, told)
    assert outcome.picture is None
    assert told.messages == []


async def test_a_picture_that_cannot_be_had_is_asked_for_again():
    told = Told()
    outcome = await answer(shown("broken"), told)
    assert told.messages == []
    assert outcome.picture is None
    assert outcome.replies[0].text == CONTENT.sentences["picture_failed"].bn
    assert "say.receipt.picture.skip" in payloads(outcome)


async def test_a_voice_note_is_no_picture():
    outcome = await answer(shown("file", "voice"))
    assert outcome.picture is None


def test_every_plan_ends_somewhere():
    from actions.flows import ENDS

    assert set(ENDS) == set(flow_plans())


@pytest.mark.parametrize(
    ("reasons", "asked"), [(("model",), 1), (("model", "context"), 1), (("cues",), 1), (("locked_in", "model"), 0), (("locked_in",), 0)]
)
async def test_a_plain_answer_is_no_danger_unless_a_rule_says_so(reasons, asked):
    told = Told()
    state = State(flows=(Flow(name="offer_check", asked="passport", since="2026-11-24"),))
    watchful = gateway(told)
    watchful._assess = lambda text, before=(): Risk(flag=Level.CRITICAL, reasons=reasons)
    await watchful.answer(turn("ওদের কাছে", state=state))
    assert len(told.messages) == asked
    await watchful.answer(turn("ওদের কাছে, আমাকে আটকে রেখেছে", state=state))
    assert len(told.messages) == asked


STORY = State(flows=(Flow(name="complaint", asked="story", since="2026-11-24", answers=(("consent", "yes"),)),))


@pytest.mark.parametrize(
    ("risk", "goes_on"),
    [
        (Risk(flag=Level.URGENT, category="fraud", reasons=("model",)), True),
        (Risk(flag=Level.URGENT, category="physical_violence", reasons=("model",)), False),
        (Risk(flag=Level.CRITICAL, category="fraud", reasons=("model",)), True),
        (Risk(flag=Level.CRITICAL, category="other", reasons=("model",)), False),
        (Risk(flag=Level.CRITICAL, category="captivity", reasons=("model", "context")), True),
        (Risk(flag=Level.CRITICAL, category="captivity", reasons=("a_rule", "context")), False),
        (Risk(flag=Level.URGENT, category="fraud", reasons=("a_rule",)), False),
    ],
)
async def test_a_tale_of_lost_money_in_a_complaint_goes_on_with_the_soft_line_first(risk, goes_on):
    told = Told(replace(THE_ANSWER, flows=STORY.flows))
    watchful = gateway(told)
    watchful._assess = lambda text, before=(): risk
    outcome = await watchful.answer(turn("They took my money", state=STORY))
    assert bool(told.messages) == goes_on
    if goes_on:
        assert outcome.replies[0].text == CONTENT.sentences["soft_ask"].bn
        assert outcome.replies[-1].text == "the answer"


@pytest.mark.parametrize("text", ["জানি না", "skip", "না"])
async def test_a_command_in_the_middle_is_no_danger_by_guess(text):
    told = Told()
    watchful = gateway(told)
    watchful._assess = lambda text, before=(): Risk(flag=Level.URGENT, reasons=("model", "context"))
    await watchful.answer(turn(text, state=STORY))
    assert len(told.messages) == 1


async def test_a_line_after_an_answer_takes_its_buttons_over():
    """Messenger shows the buttons of the last message only: those of the answer would be gone."""
    ways = tuple(Button(title=name, payload=name) for name in ("flow.complaint", "person", "menu"))
    told = Told(Answer(replies=(Reply(text="where to complain", buttons=ways),)))
    outcome = await answer(turn("দালালকে ৫০ হাজার টাকা দিয়েছি"), told)
    assert [reply.buttons for reply in outcome.replies[:-1]] == [()]
    assert payloads(outcome) == ["flow.receipt", "hotlines", "flow.complaint", "person", "menu"]


# --- past a question


def waiting(flow, question, **answers):
    return State(flows=(Flow(name=flow, asked=question, since="2026-11-24", answers=tuple(answers.items())),))


@pytest.mark.parametrize(
    ("flow", "question"), [(plan.id, question.id) for plan in flow_plans().values() for question in plan.questions if not question.silent]
)
@pytest.mark.parametrize("text", ["cancel", "বাতিল", "batil koren"])
async def test_cancel_leaves_every_question_and_answers_none(flow, question, text):
    told = Told()
    await answer(turn(text, state=waiting(flow, question)), told)
    assert told.messages == [Command("stop")]


@pytest.mark.parametrize(
    ("state", "text", "asked"),
    [
        (waiting("receipt", "day"), "কত দিছি মনে নাই", Command("unknown")),
        (waiting("receipt", "day"), "আমি জানিনা ভাই", Command("unknown")),
        (waiting("complaint", "story"), "কে নিছে জানি না", "কে নিছে জানি না"),
        (waiting("receipt", "picture"), "ছবি নাই", Command("skip")),
        (waiting("receipt", "picture"), "pore dibo", Command("skip")),
        (waiting("receipt", "picture"), "কেমনে পাঠাব?", Command("repeat")),
        (waiting("receipt", "picture"), "এজেন্সির লোক ছবি তুলতে দেয় নাই আমাকে অনেক বকছে", "এজেন্সির লোক ছবি তুলতে দেয় নাই আমাকে অনেক বকছে"),
        (waiting("offer_check", "age"), "ছবি নাই", "ছবি নাই"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_but_gets_past_the_question(state, text, asked):
    told = Told()
    await answer(turn(text, state=state), told)
    assert told.messages == [asked]


@pytest.mark.parametrize(("text", "asked"), [("আমি জানিনা ভাই", 1), ("ছবি নাই", 1), ("cancel", 1), ("সে কই জানি না", 0)])
async def test_a_guess_of_danger_over_such_words_does_not_stand_but_over_more_it_does(text, asked):
    told = Told()
    watchful = gateway(told)
    watchful._assess = lambda text, before=(): Risk(flag=Level.CRITICAL, reasons=("model", "context"))
    await watchful.answer(turn(text, state=waiting("receipt", "picture" if "ছবি" in text else "day")))
    assert len(told.messages) == asked


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("ওদের কাছে আর চুক্তি দেখি নাই, ট্রেনিং লাগবে না কইছে", True),
        ("ওদের কাছে পাসপোর্ট, আমারে খাওন দেয় না, কাম করাইয়া টাকা দেয় না", False),
    ],
)
async def test_several_answers_in_one_bring_the_soft_line_where_only_a_guess_speaks(text, goes_on):
    told = Told(replace(THE_ANSWER, flows=waiting("offer_check", "contract").flows))
    watchful = gateway(told)
    watchful._assess = lambda text, before=(): Risk(flag=Level.URGENT, category="captivity", reasons=("model",))
    outcome = await watchful.answer(turn(text, state=waiting("offer_check", "passport")))
    assert bool(told.messages) == goes_on
    assert (outcome.replies[0].text == CONTENT.sentences["soft_ask"].bn) == goes_on
    watchful._assess = lambda text, before=(): Risk(flag=Level.CRITICAL, category="captivity", reasons=("locked_in",))
    assert (await watchful.answer(turn(text, state=waiting("offer_check", "passport")))).case is not None


@pytest.mark.parametrize(
    "of", [turn("😀", state=ASKING), turn(kind=Kind.MEDIA, media="photo", state=ASKING), pressed("nonsense", state=ASKING)]
)
async def test_whatever_is_said_to_it_the_question_is_one_press_away(of):
    assert payloads(await answer(of))[0] == "flow.offer_check"


async def test_where_the_dialogue_is_away_the_question_is_one_press_away_too():
    outcome = await answer(turn("সৌদি", state=ASKING), Told(DialogueError("late")))
    assert payloads(outcome)[0] == "flow.offer_check"
    assert outcome.state.flows == ASKING.flows
