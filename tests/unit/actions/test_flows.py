"""Guided questions: asked one at a time, taken back, skipped, put aside, gone on with; the offer check at their end."""

from dataclasses import asdict
from types import SimpleNamespace

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.flows import ActionFlow, astray, begun_by
from bot.flows import flow_plans
from bot.knowledge import knowledge
from bot.model import Flow, Level
from tests.fakes.guided import TODAY, Guided

PLAN = flow_plans()["offer_check"]


def ask(id: str, language: str = "bn") -> str:
    question = PLAN.question(id)
    assert question is not None
    return question.ask[language]


def test_questions_come_one_after_another_with_few_buttons():
    her = Guided()
    text = her.begin("offer_check")
    assert PLAN.intro.bn in text
    assert ask("country") in text
    assert her.buttons == [
        "say.offer_check.country.sa", "say.offer_check.country.jo", "say.offer_check.country.ae", "say.offer_check.country.skip",
        "flow.offer_check.aside", "person", "menu",
    ]  # fmt: skip
    assert her.say("কাতার") == ask("job")
    assert her.press("say.offer_check.job.house") == ask("visa")
    assert her.answers == {"country": "qa", "job": "house"}


def test_what_was_told_is_not_asked():
    her = Guided()
    text = her.begin("offer_check", "দুবাইতে হোটেলে কাজ দিবে ভিজিট ভিসায়, ২ লাখ টাকা চায়, বয়স ১৯ বছর। পাসপোর্ট নিয়ে গেছে")
    assert her.asked == "contract"
    for piece in ("দুবাই", "অন্য কাজ", "ভিজিট", "২,০০,০০০ টাকা", "১৯"):
        assert piece in text
    assert her.say("na") == ask("training")


def test_to_tell_how_much_she_pays_tells_that_she_pays():
    her = Guided("en")
    her.begin("offer_check", "They offer me a housemaid job in Jordan, they want 50000 taka")
    assert her.answers == {"country": "jo", "job": "house", "payer": "me", "amount": "50000 BDT"}


def test_a_question_that_does_not_apply_is_left_out():
    her = Guided()
    her.begin("offer_check", "সৌদি বাসার কাজ কাজের ভিসা")
    assert her.asked == "payer"
    her.press("say.offer_check.payer.employer")
    assert her.asked == "passport"


def test_an_answer_changed_by_an_old_button_takes_what_hung_on_it_along():
    her = Guided()
    her.begin("offer_check", "সৌদি বাসার কাজ কাজের ভিসা")
    her.say("আমি")
    her.say("৫০ হাজার")
    assert her.answers["amount"] == "50000 BDT"
    her.press("say.offer_check.payer.employer")
    assert "amount" not in her.answers
    assert her.asked == "passport"


def test_back_skip_and_unknown():
    her = Guided()
    her.begin("offer_check")
    her.say("সৌদি")
    her.say("জানি না")
    assert her.answers == {"country": "sa", "job": "?"}
    assert ask("job") in her.say("আগেরটা")
    her.say("skip")
    assert her.answers["job"] == ""
    assert ask("job") in her.press("flow.offer_check.back")
    her.press("say.offer_check.job.skip")
    assert her.asked == "visa"


def test_put_aside_and_gone_on_with_days_later():
    her = Guided()
    her.begin("offer_check")
    her.say("সৌদি")
    assert knowledge().sentences["flow_aside"].bn in her.say("থামুন")
    assert "flow.offer_check" in her.buttons
    assert her.asked is None
    assert her.say("৫") is None or her.asked is None
    her.today = "2026-12-09"
    assert ask("job") in her.press("flow.offer_check")
    assert her.answers == {"country": "sa"}


def test_thrown_away():
    her = Guided()
    her.begin("offer_check")
    her.say("সৌদি")
    her.press("drop.offer_check")
    assert her.flows == ()
    her.press("drop.offer_check")
    assert her.flows == ()


def test_a_question_of_hers_in_the_middle_is_no_answer():
    her = Guided()
    her.begin("offer_check")
    assert her.say("সৌদি যেতে কত টাকা লাগে?") is None
    assert her.asked == "country"


def test_a_number_that_is_a_step_answers_what_asks_for_a_number():
    her = Guided()
    her.begin("offer_check", "সৌদি বাসার কাজ কাজের ভিসা টাকা লাগবে না")
    her.press("say.offer_check.passport.mine")
    her.press("say.offer_check.contract.yes")
    her.press("say.offer_check.training.needed")
    assert her.asked == "age"
    assert her.say("12") is not None
    assert her.last.flag is Level.URGENT
    assert her.last.category == "child"


def test_the_end_names_the_signs_with_why_and_what_to_do():
    her = Guided()
    her.begin("offer_check", "দুবাইতে হোটেলে কাজ দিবে ভিজিট ভিসায়, ২ লাখ টাকা চায়, বয়স ২৬ বছর। পাসপোর্ট নিয়ে গেছে, টিকটকে পরিচয়")
    her.say("না")
    text = her.press("say.offer_check.training.not_needed")
    for sign in ("কাজের ভিসা না", "পাসপোর্ট ওদের কাছে", "ট্রেনিং লাগবে না বলে", "চুক্তি দেখায়নি", "ফোনে বা ফেসবুকে চাকরি"):
        assert sign in text
    assert "👉" in text
    assert her.last.ask
    assert her.flows == ()


@pytest.mark.parametrize("language", ["bn", "en"])
def test_no_sign_is_never_called_safe(language):
    her = Guided(language)
    her.begin("offer_check")
    for payload in ("country.sa", "job.house", "visa.work", "payer.employer", "passport.mine", "contract.yes", "training.needed"):
        her.press(f"say.offer_check.{payload}")
    text = her.say("26")
    assert text == knowledge().sentences["offer_none"][language]
    assert {"bn": "তার মানে এই না যে প্রস্তাবটা নিরাপদ", "en": "does not mean the offer is safe"}[language] in text


def test_a_story_on_the_topic_begins_by_itself_and_a_bare_question_does_not():
    her = Guided()
    assert begun_by(her.scene, "job_offer", "মালয়েশিয়ায় টুরিস্ট ভিসায় কাজ") is not None
    assert begun_by(her.scene, "job_offer", "চাকরিটা আসল কি না কেমনে বুঝব") is None
    assert begun_by(her.scene, "destination", "মালয়েশিয়ায় টুরিস্ট ভিসায় কাজ") is None


def test_two_sets_of_questions_do_not_lose_each_other():
    her = Guided()
    her.begin("offer_check")
    her.say("সৌদি")
    kept = her.flows
    her.flows = (*kept,)
    others = her.scene.others("something")
    assert [flow.name for flow in others] == ["offer_check"]
    assert not others[0].open


@pytest.mark.parametrize("text", ["কাতার যাইতে আমার কত খরচ হবে", "jordan jaite mot koto khoroch porbe", "what will it cost me to go to Oman"])
def test_a_country_alone_tells_nothing_of_the_work_and_begins_nothing(text):
    assert begun_by(Guided().scene, "cost_loan", text) is None


def test_a_correction_says_what_stays_and_every_question_can_be_skipped():
    her = Guided()
    her.flows = (Flow(name="receipt_again", answers=(("id", "p1"), ("consent", "yes"))),)
    text = her.press("flow.receipt_again")
    assert flow_plans()["receipt_again"].intro.bn in text
    for question in ("amount", "day", "to", "what"):
        assert her.asked == question
        her.press(f"say.receipt_again.{question}.skip")
    assert flow_plans()["receipt_again"].intro.bn not in her.press("flow.receipt_again")
    assert her.press("say.receipt_again.proof.skip")
    assert her.last.ended.answer("id") == "p1"


@pytest.mark.parametrize(
    ("asked", "text", "again"),
    [
        ("amount", "abc", True), ("amount", "1000000000000", True), ("day", "৩২/১৩/২০২৬", True), ("day", "আগামীকাল", True), ("amount", "এটা কেন লাগবে?", False),
        ("to", "xyz", False), ("story", "xyz", False),
    ],
)  # fmt: skip
def test_what_is_neither_an_answer_nor_a_question_is_asked_for_again_with_a_hint(asked, text, again):
    name = "complaint" if asked == "story" else "receipt"
    her = Guided()
    her.flows = (Flow(name=name, asked=asked, since=her.today, answers=(("consent", "yes"),)),)
    found = astray(her.scene, text)
    assert (found is not None) == again
    if found is not None:
        question = flow_plans()[name].question(asked)
        assert found.replies[0].text.startswith(question.hint.bn)


def test_what_an_answer_tells_beside_is_not_asked_again():
    her = Guided()
    her.begin("offer_check")

    def heard(text):
        entities = [{"entity": "answer", "value": "sa"}]
        tracker = SimpleNamespace(
            latest_message={"text": text, "entities": entities, "metadata": {"flows": [asdict(her.flows[0])], "today": TODAY}}
        )
        said = CollectingDispatcher()
        ActionFlow().run(said, tracker, {})
        return said.messages[-1]["custom"]["effects"]["flows"][0]

    flow = heard("সৌদি, বাসার কাজ, ভিজিট ভিসা, বয়স বাড়াই দিবে কইছে")
    assert dict(flow["answers"]) == {"job": "house", "visa": "visit", "age_raised": "yes", "country": "sa"}
    assert flow["asked"] == "payer"


def test_a_picture_may_come_first_and_is_thanked_for_and_not_asked_again():
    her = Guided("en")
    her.begin("receipt")
    her.press("say.receipt.consent.yes")
    plan = flow_plans()["receipt"]
    text = her.press("say.receipt.picture.p0123")
    assert text.startswith(plan.question("picture").thanks.en)
    assert her.asked == "amount"
    her.say("5000")
    for question in ("day", "to", "what"):
        her.press(f"say.receipt.{question}.skip")
    her.press("say.receipt.proof.paper")
    assert her.flows == ()
    assert her.last.ended.answer("picture") == "p0123"


@pytest.mark.parametrize("proof", ["none", "skip"])
def test_a_picture_that_she_sent_stays_whatever_she_says_of_proofs(proof):
    her = Guided()
    her.begin("receipt")
    for payload in ("consent.yes", "picture.p0123"):
        her.press(f"say.receipt.{payload}")
    her.say("5000")
    for question in ("day", "to", "what"):
        her.press(f"say.receipt.{question}.skip")
    her.press(f"say.receipt.proof.{proof}")
    assert her.flows == ()
    assert her.last.ended.answer("picture") == "p0123"
