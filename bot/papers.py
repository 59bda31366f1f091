"""Papers made for her: what stands on them, from knowledge/papers/, and the PDF with Bangla letters properly joined."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from bot.flows import NOT_ASKED, flow_plans
from bot.knowledge import DIRECTORY
from bot.model import Flow, Payment
from bot.paper_words import wording
from bot.receipts import worded
from bot.spoken import day_text, digits, spoken

FONTS = DIRECTORY / "fonts"
_MARGIN, _LINE, _SIZE = 18, 6.4, 11  # millimetres, millimetres, points
_WIDTHS = (9, 24, 30, 42, 38, 31)  # of the table of payments
_GREY = (90, 90, 90)


def complaint(flow: Flow, payments: Sequence[Payment], language: str, today: date) -> bytes:
    """The complaint as a PDF: her facts in order, a table of what she paid, proofs, room for a signature, and where to take it."""
    sheet = _Sheet(language)
    told = {question: "" if value in NOT_ASKED else value for question, value in flow.answers}
    sheet.heading(sheet.say("title"), 17)
    sheet.para(sheet.say("day", day=day_text(language, today)))
    sheet.para(sheet.say("to"))
    sheet.heading(sheet.say("mine"))
    for label, question in (("name", "who"), ("phone", "phone"), ("home", "home"), ("passport", "")):
        sheet.field(sheet.say(label), told.get(question, ""))
    sheet.heading(sheet.say("against"))
    sheet.para(told.get("against") or sheet.say("unknown"))
    if told.get("wrong"):
        sheet.heading(sheet.say("wrong"))
        sheet.para(worded(flow_plans()["complaint"], "wrong", told["wrong"], language))
    sheet.heading(sheet.say("story"))
    sheet.para(told.get("story") or sheet.say("unknown"))
    sheet.payments(payments)
    sheet.attachments(told.get("proofs", ""))
    if told.get("wanted"):
        sheet.heading(sheet.say("wanted"))
        sheet.para(worded(flow_plans()["complaint"], "wanted", told["wanted"], language))
    sheet.signature()
    sheet.where(today)
    return sheet.done()


class _Sheet(FPDF):
    """An A4 page in one language."""

    def __init__(self, language: str) -> None:
        super().__init__(format="A4")
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        logging.getLogger("fpdf").setLevel(logging.ERROR)  # it may quote what it cannot draw
        self.language = language
        for style, weight in (("", "Regular"), ("B", "Bold")):
            self.add_font("bengali", style, FONTS / f"NotoSansBengali-{weight}.ttf")
            self.add_font("latin", style, FONTS / f"NotoSansLatin-{weight}.ttf")
        main, other = ("latin", "bengali") if language == "en" else ("bengali", "latin")
        self.main = main
        self.set_fallback_fonts([other], exact_match=False)
        self.set_text_shaping(use_shaping_engine=True)
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN)
        self.set_title(self.say("title"))
        self.add_page()

    def footer(self) -> None:
        self.set_y(-_MARGIN + 4)
        self.set_font(self.main, "", 9)
        self.cell(0, 5, digits(self.language, self.page_no()), align="C")

    def say(self, name: str, **fill: object) -> str:
        return wording().say(name, self.language, **fill)

    def done(self) -> bytes:
        return bytes(self.output())

    def heading(self, text: str, size: int = 12) -> None:
        self._room(22)  # a heading does not stand alone at the foot of a page
        self.ln(2.5)
        self.set_font(self.main, "B", size)
        self._write(text)

    def para(self, text: str) -> None:
        self.set_font(self.main, "", _SIZE)
        self._write(_drawable(text))

    def field(self, label: str, value: str) -> None:
        self.para(f"{label}: {value or self.say('unknown')}")

    def payments(self, payments: Sequence[Payment]) -> None:
        self.heading(self.say("payments"))
        if not payments:
            self.para(self.say("no_payments"))
            return
        self.set_font(self.main, "", 10)
        head = [self.say(name) for name in ("number", "paid_on", "amount", "paid_to", "paid_for", "proof")]
        face = FontFace(emphasis="BOLD")
        with self.table(col_widths=_WIDTHS, line_height=_LINE, text_align="LEFT", headings_style=face, padding=0.8) as table:
            table.row(head)
            for number, payment in enumerate(payments, 1):
                table.row([_drawable(cell) for cell in self._cells(number, payment)])
        sums: dict[str, int] = {}
        for payment in payments:
            sums[payment.currency] = sums.get(payment.currency, 0) + payment.amount
        total = " + ".join(spoken(self.language, f"{amount} {currency}") for currency, amount in sums.items())
        self.set_font(self.main, "B", _SIZE)
        self._write(f"{self.say('total')}: {total}")

    def attachments(self, other: str) -> None:
        self.heading(self.say("proofs"))
        for item in wording().attach:
            self._box(item.text[self.language])
        self._box(other or self.say("unknown"))

    def signature(self) -> None:
        self._room(48)
        self.ln(2)
        self.para(self.say("truth"))
        self.ln(10)
        self.para(self.say("sign"))
        self.ln(2)
        self.para(self.say("sign_day"))

    def where(self, today: date) -> None:
        """For herself, below a line: what stands above is handed in."""
        self._room(70)
        self.ln(4)
        self.dashed_line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y(), 2, 2)
        self.heading(self.say("help"))
        for item in wording().where:
            self.para(f"– {item.text[self.language]}")
        self.ln(3)
        self.set_text_color(*_GREY)
        self.set_font(self.main, "", 9)
        self._write(self.say("made", day=day_text(self.language, today)), height=5)

    def _cells(self, number: int, payment: Payment) -> list[str]:
        plan, language = flow_plans()["receipt"], self.language
        day = day_text(language, date.fromisoformat(payment.day)) if payment.day else ""
        asked = [worded(plan, question, getattr(payment, question), language) for question in ("to", "what", "proof")]
        return [digits(language, number), day, spoken(language, f"{payment.amount} {payment.currency}"), *asked]

    def _box(self, text: str) -> None:
        """A square to tick, and what it stands for."""
        self.set_font(self.main, "", _SIZE)
        self._room(_LINE)
        self.rect(self.l_margin + 1, self.get_y() + 1.4, 3.4, 3.4)
        self.set_x(self.l_margin + 7)
        self._write(_drawable(text))

    def _room(self, needed: float) -> None:
        if self.get_y() > self.h - _MARGIN - needed:
            self.add_page()

    def _write(self, text: str, height: float = _LINE) -> None:
        self.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _drawable(text: str) -> str:
    """Without signs that neither font has, such as emoji: they would be drawn as empty boxes."""
    return "".join(
        letter for letter in text if letter in "\n‌‍" or ord(letter) < 0x250 or 0x0980 <= ord(letter) < 0x0A00 or letter in "।॥–—‘’“”…•"
    )
