"""The cost check: what is official beside what was asked, and what a loan does, in her own numbers."""

import pytest

from actions.costs import months
from bot.fees import fees
from bot.knowledge import knowledge
from tests.fakes.guided import Guided

SAY = knowledge().sentences


def check(language, *said):
    her = Guided(language)
    her.begin("cost_check")
    text = None
    for one in said:
        text = her.press(f"say.cost_check.{one}") if "." in one else her.say(one)
    assert her.flows == (), her.asked
    return text


def test_housework_costs_her_nothing():
    text = check("en", "job.house", "50,000", "loan.no", "skip")
    assert "should pay nothing" in text
    assert "Tk 50,000" in text
    assert "You should not have to pay this" in text
    assert "Tk 4,025" not in text


def test_jordan_garment_goes_through_boesl():
    text = check("bn", "job.garment", "জর্ডান", "৩০ হাজার", "loan.no", "skip")
    assert "BOESL" in text
    assert "১,২০০" in text
    assert "৩০,০০০ টাকা" in text


def test_other_garment_work_is_not_known():
    text = check("en", "job.garment", "Malaysia", "3 lakh", "loan.no", "skip")
    assert "We do not know" in text
    assert "Tk 3,00,000" in text
    assert "In all" not in text


def test_other_work_is_compared_with_the_fees_that_are_known():
    total = sum(fee.amount for fee in fees().fees)
    text = check("en", "job.other", "Saudi", "4 lakh", "loan.no", "skip")
    assert "In all: Tk 10,725" in text
    assert total == 10_725
    assert "Tk 3,89,275" in text
    assert "as reported" in text
    assert "ask DEMO or 16135" in text


def test_less_than_the_fees_is_no_all_clear():
    assert "take a receipt" in check("en", "job.other", "Saudi", "5000", "loan.no", "skip")


def test_a_loan_is_counted_in_her_own_numbers():
    text = check("en", "job.other", "Saudi", "2 lakh", "loan.yes", "2 lakh", "5000", "15 hajar")
    for piece in (
        "you send Tk 15,000",
        "interest Tk 5,000",
        "left to pay back: Tk 10,000",
        "Tk 2,00,000 ÷ Tk 10,000 = about 20 months",
        "Tk 1,00,000",
    ):
        assert piece in text


def test_bangla_digits():
    text = check("bn", "job.other", "সৌদি", "২ লাখ", "loan.no", "২০ হাজার")
    assert "২,০০,০০০ টাকা ÷ ২০,০০০ টাকা = প্রায় ১০ মাস" in text


def test_a_loan_that_is_never_paid_back():
    assert SAY["cost_never"].en in check("en", "job.other", "Saudi", "2 lakh", "loan.yes", "2 lakh", "20000", "15000")


@pytest.mark.parametrize(
    ("loan", "interest", "sent", "needed"),
    [(200_000, 5_000, 15_000, 20), (200_001, 5_000, 15_000, 21), (100, 0, 1000, 1), (100_000, 10_000, 10_000, None), (100_000, 11_000, 10_000, None), (5_000_000, 0, 1_000, None)],
)  # fmt: skip
def test_months(loan, interest, sent, needed):
    assert months(loan, interest, sent) == needed


def test_all_skipped_still_ends_in_words():
    text = check("bn", "job.skip", "skip", "skip", "skip")
    assert "16135" in text


def test_another_currency_is_not_counted_as_taka():
    text = check("en", "job.other", "Saudi", "2 lakh", "loan.no", "1500 riyal")
    assert "months" not in text
