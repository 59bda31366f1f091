import zipfile
from dataclasses import replace

import numpy as np
import pytest

from bot.model import Level
from bot.understanding.counting import Space, count
from bot.understanding.danger import DangerModel, of_words
from bot.understanding.fitting import fit, held_out
from bot.understanding.risk import Lexicon, assess
from tests.fakes.danger import lessons

LESSONS = lessons()


@pytest.fixture(scope="module")
def model():
    return fit(LESSONS)


def test_it_tells_danger_from_what_is_none(model):
    assert model.hear("amake ghore atke rakhse").danger > 0.5 > model.hear("passport kothay").danger


def test_it_tells_danger_now_from_danger(model):
    assert model.hear("amake ghore atke rakhse").critical > model.hear("malik khub mare").critical


def test_it_names_the_category(model):
    assert model.hear("rume atke rakhse").category == "captivity"
    assert model.hear("malik khub mare").category == "physical_violence"


def test_where_no_category_is_likely_it_is_other(model):
    network = replace(model.network, outputs=np.zeros((len(model.network.outputs), 9)), bias=np.zeros(9))
    undecided = replace(model, network=network, categories=tuple("abcdef"))
    assert undecided.hear("rume atke rakhse").category == "other"


def test_one_script_serves_the_other(model):
    assert model.hear("আমাকে ঘরে আটকে রাখছে").danger > model.hear("পাসপোর্ট করতে কত টাকা").danger


def test_what_is_written_in_one_run_is_heard_too(model):
    assert model.hear("amakeghoreatkerakhseporshu").danger == pytest.approx(model.hear("amake ghore atke rakhse porshu").danger)


def test_what_is_written_in_one_run_is_acted_on_too(model):
    run, lexicon = "amakeghoreatkerakhseporshu", Lexicon(rules=(), unless=None)
    assert assess(run, lexicon, replace(model, marks=replace(model.marks, flag=0.5))).flag is Level.CRITICAL


def test_it_is_the_same_every_time(model):
    again = fit(LESSONS)
    assert all(np.array_equal(array, again.network.arrays()[name]) for name, array in model.network.arrays().items())
    assert again.marks == model.marks


def test_it_survives_being_stored(model, tmp_path):
    model.save(tmp_path / "danger.npz")
    again = DangerModel.load(tmp_path / "danger.npz")
    assert (again.marks, again.held, again.categories) == (model.marks, model.held, model.categories)
    assert again.hear("malik amake mare").danger == pytest.approx(model.hear("malik amake mare").danger, abs=1e-4)


def test_a_file_that_is_none_of_ours_is_refused(tmp_path):
    (tmp_path / "danger.npz").write_bytes(b"no")
    with pytest.raises((ValueError, OSError, zipfile.BadZipFile)):
        DangerModel.load(tmp_path / "danger.npz")


def test_nothing_known_is_no_danger_of_its_own(model):
    heard = model.hear("🙂")
    assert 0 <= heard.danger <= 1
    assert heard.category in (*model.categories, "other")


def test_pairs_with_one_word_between_are_features():
    assert "gAmk mr" in of_words(["amake", "khub", "mare"])


def test_an_author_is_judged_by_what_others_wrote():
    """A word that only one author uses tells nothing of her lines to the held-out judge."""
    counted = count((lesson.text for lesson in LESSONS), of_words)
    matrix = Space.of(counted, 3).matrix(counted).astype(np.float32)
    held = held_out(LESSONS, matrix)[1]["danger"]
    own = fit(LESSONS)
    rina = [index for index, lesson in enumerate(LESSONS) if lesson.author == "rina" and lesson.danger]
    assert all(np.isfinite(held))
    assert np.mean(held[rina]) < np.mean([np.log(h / (1 - h)) for h in (own.hear(LESSONS[index].text).danger for index in rina)])


def test_the_held_out_figures_count_every_lesson_by_level(model):
    counts = {held.group: held.count for held in model.held}
    assert counts["level critical"] == counts["level urgent"] == counts["level standard"] == counts["level none"] == 6
    assert counts["topics: all others"] == 12
    assert all(held.flagged <= held.reached <= held.count for held in model.held)


def test_pieces_are_learned_from_but_not_judged():
    pieces = [replace(lesson, text=lesson.text.split()[0], piece=True) for lesson in LESSONS if not lesson.danger]
    assert {held.group: held.count for held in fit([*LESSONS, *pieces]).held} == {held.group: held.count for held in fit(LESSONS).held}
