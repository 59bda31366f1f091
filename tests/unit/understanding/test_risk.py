from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Level, Risk
from bot.understanding.cues import Cues, cue
from bot.understanding.risk import Lexicon, Rule, assess, assess_in_context, phrases, spelled
from tests.fakes.danger import Mind


def rule(id, level, *any, unless=(), category="physical_violence"):
    return Rule(id=id, category=category, level=level, any=phrases(any), unless=phrases(unless))


LEXICON = Lexicon(
    rules=(
        rule("hits", Level.URGENT, "amake * mare", "শ্বশুর * মারে", unless=["গল্প", "golpo"]),
        rule("kill", Level.CRITICAL, "mere fel~", "kill me"),
        rule("sold", Level.CRITICAL, "bikri kor~", category="trafficking"),
        rule("locked", Level.URGENT, "ঘরে আটকে", category="captivity"),
    ),
    unless=phrases(["cinema", "নাটক"]),
)


def flag(text):
    return assess(text, LEXICON).flag


@pytest.mark.parametrize(
    "text",
    [
        "amake mare", "amake khub mare", "amake roj roj mare", "AMAKE MARE!!!", "আমাকে মারে", "আমাকে অনেক মারে", "আমাকে mare",
        "amake, mare.", "am\u200bake mare",
        "ami ki korbo amake khub mare ekhon", "amaaake maaare", "shoshur amake mare", "শ্বশুর খালি মারে", "sosur mare",
    ],
)  # fmt: skip
def test_one_phrase_serves_both_scripts_and_many_spellings(text):
    assert flag(text) is Level.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "amake",
        "mare amake",
        "amake ek dui tin mare",
        "amake more",
        "amader mare",
        "amake marena",
        "tamake mare",
        "passport korte koto taka",
        "🙂",
    ],
)
def test_a_phrase_is_whole_words_in_order_with_at_most_two_between(text):
    assert assess(text, LEXICON) == Risk()


@pytest.mark.parametrize("text", ["mere felbe", "mere felse", "মেরে ফেলবে", "mere fel", "মেরে ফেলছে"])
def test_a_tilde_stands_for_any_ending(text):
    assert flag(text) is Level.CRITICAL


def test_without_a_tilde_an_ending_is_another_word():
    assert flag("ঘরে আটকে রাখে") is Level.URGENT
    assert flag("ঘরে আটকেছিলাম") is Level.NONE


def test_the_worst_rule_names_the_level_and_all_reasons_are_kept():
    assert assess("amake mare, bole mere felbe", LEXICON) == Risk(
        flag=Level.CRITICAL, category="physical_violence", reasons=("hits", "kill")
    )


def test_of_two_equally_bad_the_first_rule_names_the_category():
    assert assess("bikri korbe, mere felbe", LEXICON).category == "physical_violence"


@pytest.mark.parametrize("text", ["cinema te amake mare", "নাটকে না, নাটক দেখলাম: আমাকে মারে", "golpo: amake mare"])
def test_a_story_asks_softly_instead(text):
    assert assess(text, LEXICON) == Risk(ask=True, category="physical_violence", reasons=("hits",))


def test_the_exception_of_one_rule_does_not_silence_another():
    assert assess("golpo na, amake mare, mere felbe", LEXICON) == Risk(flag=Level.CRITICAL, category="physical_violence", reasons=("kill",))


def test_without_rules_nothing_is_found():
    assert assess("mere felbe", Lexicon(rules=(), unless=None)) == Risk()


@pytest.mark.parametrize("said", ["", "  ", "*", "* *", "~", "!!", "amake * ?"])
def test_a_phrase_without_words_is_refused(said):
    with pytest.raises(ValueError, match="phrase"):
        phrases([said])


def test_no_phrases_are_no_pattern():
    assert phrases([]) is None


def test_before_a_phrase_any_word_may_stand():
    assert phrases(["* mare"]).search(spelled("amake mare"))
    assert phrases(["* mare"]).search(spelled("mare"))


def test_signs_in_a_phrase_are_words_not_patterns():
    assert phrases(["a.c (b+)"]).search(spelled("a c b"))
    assert not phrases(["a.c"]).search(spelled("abc"))


@given(st.text(max_size=60))
def test_any_text_is_assessed(text):
    assert assess(text, LEXICON).flag in Level


@given(st.text(alphabet="abc *", max_size=10))
def test_a_long_run_of_words_is_read_in_no_time(piece):
    assess((piece + " amake ") * 200, LEXICON)


# --- with the danger model


def together(text, **heard):
    return assess(text, LEXICON, Mind(**heard))


def test_the_model_finds_what_no_rule_says():
    assert together("ami ar parchi na", danger=0.9) == Risk(flag=Level.URGENT, category="captivity", reasons=("model",))
    assert together("ami ar parchi na", danger=0.9, critical=0.5).flag is Level.CRITICAL


def test_below_its_mark_it_asks_softly_and_below_that_it_is_silent():
    assert together("ami ar parchi na", danger=0.59) == Risk(ask=True, category="captivity", reasons=("model",))
    assert together("ami ar parchi na", danger=0.19) == Risk()


def test_on_one_or_two_words_the_model_only_asks():
    assert together("madam apa", danger=0.99) == Risk(ask=True, category="captivity", reasons=("model",))
    assert together("amake mare", danger=0.99).flag is Level.URGENT
    assert assess_in_context(["madam apa"], "parchi na", LEXICON, Mind(danger=0.9)).flag is Level.URGENT


def test_a_rule_acts_where_the_model_only_asks():
    assert together("amake mare", danger=0.3) == Risk(flag=Level.URGENT, category="captivity", reasons=("hits",))


@pytest.mark.parametrize(
    ("danger", "heard", "named"),
    [
        (0.3, "captivity", "captivity"),
        (0.9, "captivity", "captivity"),
        (0.9, "other", "physical_violence"),
        (0.19, "captivity", "physical_violence"),
    ],
)
def test_the_model_names_the_category_where_it_hears_danger_and_knows_which(danger, heard, named):
    """A rule sees "hits" where a child is hit, or a woman who is locked in."""
    assert together("amake mare", danger=danger, category=heard).category == named


def test_the_higher_level_of_the_two_counts():
    assert together("amake khub mare", danger=0.9, critical=0.9).flag is Level.CRITICAL
    assert together("mere felbe", danger=0.9, critical=0.0).flag is Level.CRITICAL


def test_the_model_is_sure_where_it_is_not_near_to_acting():
    """ "How is a body brought home", "in the film they are trapped": the topic was guessed a disclosure, the model only asked."""
    assert together("ami ar parchi na", danger=0.41).sure
    assert not together("ami ar parchi na", danger=0.43).sure
    assert not assess("passport korte chai", LEXICON).sure  # no model, no certainty


@pytest.mark.parametrize(
    ("text", "danger", "acts"),
    [("amake mare", 0.11, True), ("amake mare", 0.09, False), ("mere felbe", 0.09, True), ("mere felbe", 0.001, False)],
)
def test_a_rule_only_asks_where_the_model_is_far_from_it_and_a_critical_one_where_it_is_all_but_sure(text, danger, acts):
    """ "Who pays to bring the body home" is no death told, and "he will kill me" is seldom a question."""
    risk = together(text, danger=danger)
    assert risk.flag.flagged == acts
    assert risk.ask != acts
    assert risk.category == "physical_violence"


@pytest.mark.parametrize(("text", "danger", "acts"), [("jodi amake mare", 0.3, False), ("jodi amake mare", 0.7, True), ("jodi mere felbe", 0.15, False), ("jodi mere felbe", 0.3, True)])  # fmt: skip
def test_where_she_only_supposes_a_rule_needs_the_model(text, danger, acts):
    """ "If the kofil ever raises his hand, can the contract be ended? I have not gone yet." """
    supposing = replace(LEXICON, supposing=phrases(["jodi"]))
    risk = assess(text, supposing, Mind(danger=danger))
    assert risk.flag.flagged == acts
    assert risk.ask != acts
    assert assess(text, supposing).flag.flagged  # rules alone still stand


def test_a_person_may_be_needed_without_danger():
    assert together("beton dey na", danger=0.1, person=0.9) == Risk(flag=Level.STANDARD, category="captivity", reasons=("model",))
    assert together("beton dey na", danger=0.3, person=0.9).ask
    assert together("beton dey na", danger=0.9, person=0.9).flag is Level.URGENT


def test_without_a_model_the_cues_speak_below_the_rules():
    cues = Cues(ask=1, flag=2, points={cue("kanna"): 1, cue("ghum"): 1})
    lexicon = replace(LEXICON, cues=cues)
    assert assess("kanna pay", lexicon) == Risk(ask=True, reasons=("cues",))
    assert assess("kanna pay ghum nai", lexicon).flag is Level.URGENT
    assert assess("amake mare", lexicon).reasons == ("hits",)
    assert assess("golpo: amake mare", lexicon).ask
    assert assess("kanna pay", lexicon, Mind()) == Risk()


# --- in context


def test_three_messages_say_what_none_of_them_says():
    assert assess_in_context(["amake"], "mare", LEXICON).flag is Level.URGENT
    assert assess_in_context(["amake", "khub"], "mare", LEXICON).reasons == ("hits", "context")
    assert assess_in_context([], "mare", LEXICON) == Risk()


def test_the_model_too_hears_them_together():
    mind = Mind(danger=0.9, only=("malik", "marse"))
    assert assess_in_context(["malik amake"], "marse", LEXICON, mind).flag is Level.URGENT
    assert assess_in_context(["passport"], "marse", LEXICON, mind) == Risk()


def test_what_was_said_before_is_not_judged_again():
    assert assess_in_context(["amake mare"], "thanks", LEXICON) == Risk()
    assert assess_in_context(["malik", "marse khub"], "passport", LEXICON, Mind(danger=0.9, only=("malik", "marse"))) == Risk()


def test_what_a_message_says_alone_needs_no_context():
    assert assess_in_context(["amake"], "mere felbe", LEXICON) == assess("mere felbe", LEXICON)


def test_a_soft_question_is_kept_though_the_context_says_nothing():
    assert assess_in_context(["passport"], "golpo: amake mare", LEXICON).ask
