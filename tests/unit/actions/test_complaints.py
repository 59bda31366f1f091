"""A payment and a complaint, asked in few taps; kept only after she agreed; told again at the end."""

from datetime import date

import pytest

from bot.knowledge import knowledge
from bot.model import Flow, Payment, State
from bot.receipts import line, payment_of
from tests.fakes.guided import Guided

SAY = knowledge().sentences


class Her(Guided):
    """Who has not agreed yet, or has."""

    def __init__(self, *agreed, language="bn", today="2026-11-27"):
        super().__init__(language, today)
        self.agreed = frozenset(agreed)

    @property
    def scene(self):
        from dataclasses import replace

        return replace(super().scene, agreed=self.agreed)


def receipt(her):
    her.say("৫ হাজার")
    her.press("say.receipt.day.yesterday")
    her.say("রহিম দালাল 01711111111")
    her.press("say.receipt.what.visa")
    her.press("say.receipt.proof.paper")


def test_nothing_is_asked_before_she_agrees():
    her = Her()
    text = her.begin("receipt")
    assert "রাখব?" in text
    assert "say.receipt.consent.skip" not in her.buttons
    assert SAY["flow_must"].bn in her.say("জানি না")
    her.press("say.receipt.consent.yes")
    assert her.last.agreed == "receipts"
    assert her.asked == "amount"


def test_a_no_keeps_nothing():
    her = Her()
    her.begin("receipt")
    assert her.say("না") == SAY["flow_not_kept"].bn
    assert her.flows == ()
    assert her.last.ended is None
    assert her.last.agreed is None


def test_who_agreed_before_is_not_asked_again():
    her = Her("receipts")
    her.begin("receipt")
    assert her.asked == "amount"
    assert her.answers == {"consent": "yes"}


def test_back_never_takes_the_consent_away():
    her = Her("receipts")
    her.begin("receipt")
    assert "flow.receipt.back" not in her.buttons
    her.press("flow.receipt.back")
    assert her.answers == {"consent": "yes"}


def test_a_payment_with_a_picture():
    her = Her("receipts")
    her.begin("receipt")
    receipt(her)
    assert her.asked == "picture"
    assert her.say("kono kotha") is None
    text = her.press("say.receipt.picture.p0123456789abcdef0123")
    assert her.flows == ()
    payment = payment_of(her.last.ended)
    assert payment == Payment(
        id=payment.id, amount=5000, currency="BDT", day="2026-11-26", to="রহিম দালাল 01711111111", what="visa", proof="paper", picture="p0123456789abcdef0123",
    )  # fmt: skip
    assert line(State(), payment) in text
    assert "২৬/১১/২০২৬" in text
    assert "ভিসা" in text


def test_a_button_of_yesterday_pressed_today_means_the_day_it_is_pressed():
    her = Her("receipts")
    her.begin("receipt")
    her.say("5000")
    her.today = "2026-11-29"
    her.press("say.receipt.day.today")
    assert her.answers["day"] == "2026-11-29"


def test_no_proof_asks_for_no_picture():
    her = Her("receipts")
    her.begin("receipt", "")
    her.say("৫ হাজার")
    for _ in range(3):
        her.say("জানি না")
    her.press("say.receipt.proof.none")
    payment = payment_of(her.last.ended)
    assert (payment.day, payment.to, payment.what, payment.proof, payment.picture) == ("", "", "", "none", None)


def test_one_that_is_corrected_keeps_its_id():
    flow = Flow(name="receipt", answers=(("id", "p1"), ("consent", "yes"), ("amount", "700 SAR")))
    assert payment_of(flow).id == "p1"
    assert (payment_of(flow).amount, payment_of(flow).currency) == (700, "SAR")


@pytest.mark.parametrize("language", ["bn", "en"])
def test_a_complaint_ends_with_all_that_was_told(language):
    her = Her(language=language)
    her.begin("complaint")
    her.press("say.complaint.consent.yes")
    assert her.last.agreed == "complaint"
    for said in ("Nasima Akter", "skip", "Satkhira", "Rabeya Overseas RL 1234"):
        her.say(said)
    her.press("say.complaint.wrong.not_sent")
    assert SAY["flow_must"][language] in her.say("skip")
    her.say("They took 50,000 and did not send me. Now nobody answers the phone.")
    her.say("messages")
    text = her.press("say.complaint.wanted.money")
    assert text == SAY["complaint_ready"][language]
    assert her.last.ended.answer("story").startswith("They took")
    assert her.last.ended.answer("phone") == ""


def test_a_long_story_with_a_question_mark_is_still_the_story():
    her = Her("complaint")
    her.begin("complaint")
    while her.asked != "story":
        her.say("skip")
    story = "করিম বলেছিল সৌদি পাঠাবে, টাকা নিয়েছে, তারপর আর খবর নাই, আমি জিজ্ঞেস করলাম টাকা কবে দিবেন, সে বলে পরে, এখন আমি কী করব?"
    assert her.say(story) is not None
    assert her.answers["story"] == story
    assert date.fromisoformat(her.today)
