"""The complaint paper: all she told is on it, in letters that are joined as Bangla is, and it can be printed."""

import io
import re
import subprocess
import sys
from datetime import date

import pypdfium2
import pytest

from bot.knowledge import DIRECTORY, knowledge
from bot.model import Flow, Payment
from bot.paper_words import load_wording
from bot.papers import complaint
from bot.settings import ROOT

TODAY = date(2026, 11, 27)
TOLD = (
    ("consent", "yes"), ("who", "Nasima Akter"), ("phone", ""), ("home", "Kolaroa, Satkhira"), ("against", "Rabeya Overseas RL 1234"), ("wrong", "not_sent"),
    ("story", "They took money three times.\nNow nobody answers."), ("proofs", "?"), ("wanted", "money"),
)  # fmt: skip
PAID = [
    Payment(id="p1", amount=50_000, currency="BDT", day="2026-09-12", to="Abdul Karim", what="visa", proof="none"),
    Payment(id="p2", amount=120_000, currency="BDT", day="", to="agency", what="training paper", proof="message"),
    Payment(id="p3", amount=500, currency="SAR", day="2026-10-03", to="", what="", proof=""),
]


def pages(language, told=TOLD, paid=PAID):
    document = pypdfium2.PdfDocument(io.BytesIO(complaint(Flow(name="complaint", answers=told), paid, language, TODAY)))
    return [page.get_textpage().get_text_range() for page in document]


def test_all_she_told_stands_on_it():
    text = re.sub(r"\s+", " ", " ".join(pages("en")))
    for piece in (
        "Complaint", "27/11/2026", "Nasima Akter", "Kolaroa, Satkhira", "Rabeya Overseas RL 1234", "Paid, but not sent", "They took money three times.", "Now nobody answers.",
        "12/09/2026", "Tk 50,000", "Abdul Karim", "Visa", "No proof", "At the agency", "training paper", "Total: Tk 1,70,000 + 500 riyals", "My money back", "Signature or thumb print",
        "30 working days", "16699", "16135",
    ):  # fmt: skip
        assert piece in text, piece


def test_what_she_skipped_is_left_to_be_filled_in():
    text = " ".join(pages("en", told=(("consent", "yes"), ("story", "x"))))
    assert text.count("______") >= 5


def test_without_payments_it_says_so():
    assert "No payment was written down." in " ".join(pages("en", paid=[]))


def test_bangla_letters_are_joined():
    """Drawn glyph by glyph, "ক্ষ" would take three widths and its virama would show: shaped, the word is much narrower."""
    from bot.papers import _Sheet

    sheet = _Sheet("bn")
    sheet.set_font("bengali", "", 20)
    shaped = sheet.get_string_width("সাতক্ষীরা স্ত্রী দুর্বৃত্ত")
    sheet.set_text_shaping(use_shaping_engine=False)
    assert shaped < 0.85 * sheet.get_string_width("সাতক্ষীরা স্ত্রী দুর্বৃত্ত")


@pytest.mark.parametrize("story", ["ক" * 600, "🙂🙂 ok ‌‍", "<script>", "a" * 600, "\n" * 50 + "x"])
def test_any_words_can_be_printed(story):
    assert pages("bn", told=(("consent", "yes"), ("story", story)))


def test_many_payments_run_over_several_pages():
    many = [Payment(id=f"p{n}", amount=n + 1, currency="BDT", day="2026-01-01", to="x", what="y", proof="paper") for n in range(120)]
    assert len(pages("bn", paid=many)) >= 4


def test_its_words_rest_on_facts():
    facts = knowledge().facts
    paper = load_wording(DIRECTORY)
    assert all(source in facts for item in (*paper.attach, *paper.where) for source in item.sources)
    assert all(item.sources for item in (*paper.attach, *paper.where))


def test_the_gateway_starts_without_the_library_for_papers():
    """A start costs a woman who writes meanwhile: the library takes a second to load, and is needed once in a hundred turns."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, bot.app; print('fpdf' in sys.modules)"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "False"
