"""A message in pieces: what was found stays marked, what says who she is is hidden, and nothing else is lost."""

from __future__ import annotations

from bot.desk.casework import content
from bot.desk.reading import Piece

READING = content().reading


def test_marks_and_hidden_parts_stand_beside_each_other() -> None:
    pieces = READING.pieces("amake mere felbe, call 01712345678 or a@b.com", ("killing",))
    assert (
        Piece("mere felbe,", marked=True) in pieces and Piece("•••78", hidden="number") in pieces and Piece("•••", hidden="email") in pieces
    )
    assert "".join(piece.text for piece in pieces) == "amake mere felbe, call •••78 or •••"


def test_a_number_within_marked_words_is_hidden_too() -> None:
    lexicon = READING.lexicon
    text = "sobai mere felbe 01712345678 mere felbe"
    pieces = READING.pieces(text, [rule.id for rule in lexicon.rules])
    assert any(piece.marked for piece in pieces)
    assert "1712" not in "".join(piece.text for piece in pieces)
    assert "".join(piece.text for piece in pieces) == "sobai mere felbe •••78 mere felbe"


def test_text_without_anything_to_hide_is_one_piece() -> None:
    assert READING.pieces("ami valo achi. 999") == (Piece("ami valo achi. 999"),)
    assert READING.pieces("") in ((), (Piece(""),))
