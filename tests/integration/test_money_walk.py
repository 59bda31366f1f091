"""Agencies, offers, costs, receipts and complaints as she meets them on Telegram and Messenger: three real processes, the real model, pictures and papers."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image

from bot.flows import flow_plans
from bot.settings import ROOT
from tests.house import WholeHouse
from tests.talking import Chat, flat, on_messenger, on_telegram, rows, sentence

PLANS = flow_plans()


def asked(flow: str, question: str, language: str = "bn") -> str:
    found = PLANS[flow].question(question)
    assert found is not None
    return flat(found.ask[language])


def picture() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "her village"
    Image.new("RGB", (300, 200), (20, 90, 160)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def her(house: WholeHouse) -> Chat:
    return on_telegram(house)


@pytest.fixture
def english(house: WholeHouse) -> Chat:
    chat = on_telegram(house)
    chat.say("english")
    return chat


def on(channel: str, house: WholeHouse, language: str = "bn") -> Chat:
    """Somebody new, who chose her language."""
    chat = on_telegram(house) if channel == "telegram" else on_messenger(house)
    chat.say("english" if language == "en" else "বাংলা")
    return chat


def sends_picture(house: WholeHouse, her: Chat, content: bytes) -> str:
    house.telegram.files["file-photo-800"] = house.messenger.files["image"] = content
    return flat(" ".join(her.do(lambda: her.user.sends("photo" if her.is_telegram else "image"))))


def test_the_offer_check_in_bangla_with_a_question_and_a_pause_in_the_middle(her: Chat) -> None:
    text = her.say("দুবাইতে হোটেলে কাজ দিবে বলছে, ভিজিট ভিসায়, ২ লাখ টাকা চায়, চাকরিটা কি আসল")
    assert flat(PLANS["offer_check"].intro.bn) in text
    assert asked("offer_check", "passport") in text
    middle = her.say("পাসপোর্ট করতে কত টাকা লাগে?")
    assert asked("offer_check", "passport") not in middle
    assert her.buttons[0] == "flow.offer_check"
    assert asked("offer_check", "passport") in her.press("flow.offer_check")
    assert asked("offer_check", "contract") in her.say("ওদের কাছে")
    assert sentence("flow_aside", "bn") in her.say("থামুন")
    her.say("ধাপ ৫")
    assert asked("offer_check", "contract") in her.press("flow.offer_check")
    her.say("না")
    her.press("say.offer_check.training.not_needed")
    end = her.say("২৬")
    for sign in ("কাজের ভিসা না", "পাসপোর্ট ওদের কাছে", "চুক্তি দেখায়নি"):
        assert sign in end
    assert sentence("offer_next", "bn") in end


def test_a_number_answers_the_question_and_not_the_walk(english: Chat) -> None:
    english.press("topics") if "topics" in english.buttons else None
    english.say("They offer a housemaid job in Jordan with a work visa, the employer pays, is this job offer real")
    english.say("with me")
    english.say("yes")
    english.say("yes")
    end = english.say("12")
    assert "Under 18" in end
    assert "1098" in end


def test_danger_goes_before_the_questions_and_they_wait(her: Chat) -> None:
    her.say("সৌদিতে বাসার কাজ দিবে, ৫০ হাজার টাকা চায়, চাকরিটা আসল কি না")
    text = her.say("ami mora jete chai, gola dori dibo")
    assert asked("offer_check", "passport") not in text
    assert "999" in text or "109" in text


def test_the_cost_check(english: Chat) -> None:
    english.say("agent wants 2 lakh taka for housemaid work, how much should it cost")
    if "say.cost_check.job.house" in english.buttons:
        english.press("say.cost_check.job.house")
    if english.buttons and english.buttons[0].startswith("say.cost_check.loan"):
        english.press("say.cost_check.loan.yes")
    else:
        english.press("flow.cost_check")
        english.press("say.cost_check.job.house")
        english.say("2 lakh")
        english.press("say.cost_check.loan.yes")
    english.say("1 lakh")
    english.say("5000")
    end = english.say("15 hajar")
    assert "should pay nothing" in end
    assert "about 10 months" in end


def test_an_agency_is_looked_up_in_any_script(house: WholeHouse, her: Chat) -> None:
    house.run(
        "agencies",
        "import",
        str(ROOT / "knowledge/examples/agencies_example.csv"),
        "--source",
        "example list",
        "--as-of",
        "2026-11-01",
        "--yes",
    )
    text = her.say("RL 90001 ঠিক আছে?")
    if "Example Shapla Overseas" not in text:  # the action server looks for a new list every half minute
        import time

        time.sleep(31)
        text = her.say("RL 90001 ঠিক আছে?")
    for piece in ("Example Shapla Overseas", "চালু (Active)", "example list", "16135"):
        assert piece in text
    assert "স্থগিত" in her.say("Example Shapla International er license ki boidho?")
    several = her.say("is Example Gulf Associate a legal agency")
    assert "90009" in several
    assert "agency.90010" in her.buttons
    assert "Gulshan-1" in her.press("agency.90010")
    her.press("flow.agency_check")
    assert sentence("agency_which", "bn") in her.say("doel recruiting") or "Example Doel" in her.texts[-1]


@pytest.mark.parametrize("channel", ["telegram", "messenger"])
def test_payments_with_a_picture_are_kept_listed_corrected_and_deleted(house: WholeHouse, channel: str) -> None:
    her = on(channel, house)
    reminded = her.say("দালালকে ৫০ হাজার টাকা দিয়েছি")
    assert sentence("receipt_remind", "bn") in reminded
    her.press("flow.receipt")
    her.press("say.receipt.consent.yes")
    her.say("৫০ হাজার")
    her.press("say.receipt.day.yesterday")
    her.say("রহিম দালাল")
    her.press("say.receipt.what.visa")
    assert asked("receipt", "picture") in her.press("say.receipt.proof.paper")
    assert asked("receipt", "picture") not in sends_picture(house, her, b"no picture at all")
    kept = sends_picture(house, her, picture())
    assert "৫০,০০০ টাকা" in kept
    assert "রহিম দালাল" in kept
    her.press("flow.receipt")
    assert flat(str(PLANS["receipt"].question("picture").thanks.bn)) in sends_picture(house, her, picture())  # type: ignore[union-attr]
    her.say("500 riyal")
    for _ in range(3):
        her.say("জানি না")
    her.press("say.receipt.proof.none")
    listed = her.press("receipts")
    assert "৫০,০০০ টাকা + ৫০০ রিয়াল" in listed
    assert "📷" in listed
    id = next(payload for payload in her.buttons if payload.startswith("receipt."))
    her.press(id)
    assert flat(PLANS["receipt_again"].intro.bn) in her.press(f"{id}.correct")
    her.say("৭০ হাজার")
    for _ in range(3):
        her.say("বাদ")
    again = her.press("say.receipt_again.proof.skip")
    assert asked("receipt", "picture") not in again
    for piece in ("৭০,০০০ টাকা", "রহিম দালাল", "📷"):
        assert piece in again
    assert "৭০,০০০ টাকা + ৫০০ রিয়াল" in her.say("আমার হিসাব")
    her.press(id)
    her.press(f"{id}.delete")
    left = her.press(f"{id}.delete_yes")
    assert "৭০,০০০ টাকা" not in left
    assert "📷" in left
    for (stored,) in rows(house, "SELECT body FROM media"):
        assert b"her village" not in stored


def test_on_messenger_the_offer_check_left_for_a_question_and_gone_on_with(house: WholeHouse) -> None:
    her = on("messenger", house)
    assert asked("offer_check", "passport") in her.say("দুবাইতে হোটেলে কাজ দিবে বলছে, ভিজিট ভিসায়, ২ লাখ টাকা চায়, চাকরিটা কি আসল")
    her.say("পাসপোর্ট করতে কত টাকা লাগে?")
    assert asked("offer_check", "passport") in her.press("flow.offer_check")
    her.say("ওদের কাছে")
    her.press("say.offer_check.contract.no")
    her.press("say.offer_check.training.not_needed")
    end = her.say("২৬")
    for sign in ("কাজের ভিসা না", "পাসপোর্ট ওদের কাছে", "চুক্তি দেখায়নি", sentence("offer_next", "bn")):
        assert sign in end
    assert {"step.4", "person", "menu"} <= set(her.buttons)


@pytest.mark.parametrize("language", ["bn", "en"])
def test_on_messenger_the_cost_check(house: WholeHouse, language: str) -> None:
    her = on("messenger", house, language)
    her.say("topics" if language == "en" else "অন্য প্রশ্ন")
    her.press("group.before")
    her.press("topic.cost_loan")
    her.press("flow.cost_check")
    her.press("say.cost_check.job.other")
    her.press("say.cost_check.country.sa")
    her.say("2 lakh" if language == "en" else "২ লাখ")
    her.press("say.cost_check.loan.yes")
    her.say("2 lakh")
    her.say("5000")
    assert {"bn": "প্রায় ২০ মাস", "en": "about 20 months"}[language] in her.say("১৫ হাজার" if language == "bn" else "15,000")


@pytest.mark.parametrize(("channel", "language"), [("telegram", "bn"), ("telegram", "en"), ("messenger", "bn"), ("messenger", "en")])
def test_the_complaint_paper_comes_as_a_file(house: WholeHouse, channel: str, language: str) -> None:
    her = on(channel, house, language)
    her.say("complaint against agency they took money" if language == "en" else "এজেন্সি টাকা নিয়ে পাঠায় নাই, অভিযোগ করব কোথায়")
    her.press("flow.complaint")
    her.press("say.complaint.consent.yes")
    for said in ("Nasima Akter", "skip", "Kolaroa, Satkhira", "Rabeya Overseas RL 1234"):
        her.say(said)
    her.press("say.complaint.wrong.not_sent")
    her.say("They took 50,000 in September. In October the agent stopped answering his phone.")
    her.say("messages on my phone")
    end = her.press("say.complaint.wanted.money")
    assert sentence("complaint_ready", language) in end
    files = [sent.document for sent in her.user.received if sent.document]
    assert [name.split("-")[1] for name, _ in files] == (["bn", "en"] if language == "en" else ["bn"])
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(files[-1][1])))
    assert "Nasima Akter" in text
    assert "Rabeya Overseas RL 1234" in text
    before = rows(house, "SELECT count(*) FROM papers")[0][0]
    her.say("delete my data" if language == "en" else "মুছে দিন")
    her.press("delete_yes")
    assert rows(house, "SELECT count(*) FROM papers")[0][0] == before - len(files)
