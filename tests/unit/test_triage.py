import copy

import pytest
import yaml

from bot.errors import ContentError
from bot.model import Level
from bot.triage import load_lexicon
from bot.understanding.risk import assess

LEXICON = {
    "rules": [
        {"id": "hits", "category": "physical_violence", "level": "urgent", "any": ["amake * mare", "আমাকে মারে"], "unless": ["golpo"]},
        {"id": "kill", "category": "physical_violence", "level": "critical", "any": ["mere fel~"]},
    ],
    "unless": ["cinema"],
}


def written(tmp_path, name, content):
    (tmp_path / "triage").mkdir(exist_ok=True)
    (tmp_path / "triage" / name).write_text(
        content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), encoding="utf-8"
    )
    return tmp_path


def test_the_lexicon_is_read_as_it_stands(tmp_path):
    lexicon = load_lexicon(written(tmp_path, "lexicon.yml", LEXICON))
    assert [(rule.id, rule.level) for rule in lexicon.rules] == [("hits", Level.URGENT), ("kill", Level.CRITICAL)]
    assert assess("amake khub mare", lexicon).flag is Level.URGENT
    assert assess("amake mare, golpo", lexicon).ask
    assert assess("mere felbe", lexicon).flag is Level.CRITICAL
    assert assess("cinema, mere felbe", lexicon).ask


@pytest.mark.parametrize(
    "change",
    [
        {"level": "standard"}, {"level": "none"}, {"level": "dire"}, {"level": None}, {"any": []}, {"any": [""]}, {"any": ["*"]},
        {"any": None}, {"any": 5}, {"any": [5]},
        {"any": "mare"}, {"unless": ["!"]}, {"unless": "golpo"}, {"id": None}, {"category": None},
    ],
)  # fmt: skip
def test_a_wrong_rule_is_named_with_its_file(tmp_path, change):
    broken = copy.deepcopy(LEXICON)
    broken["rules"][0].update(change)
    with pytest.raises(ContentError, match=r"lexicon\.yml: rule"):
        load_lexicon(written(tmp_path, "lexicon.yml", broken))


def test_a_soft_rule_only_asks(tmp_path):
    soft = copy.deepcopy(LEXICON)
    soft["rules"][0]["soft"] = True
    lexicon = load_lexicon(written(tmp_path, "lexicon.yml", soft))
    assert assess("amake mare", lexicon).ask
    assert not assess("amake mare, golpo", lexicon).ask
    soft["rules"][0]["soft"] = "yes"
    with pytest.raises(ContentError, match="soft"):
        load_lexicon(written(tmp_path, "lexicon.yml", soft))


def test_the_cues_are_read_where_there_are_some(tmp_path):
    assert load_lexicon(written(tmp_path, "lexicon.yml", LEXICON)).cues is None
    written(tmp_path, "cues.yml", {"ask": 2, "flag": 4, "points": {2: ["kanna", "ঘুম * নাই"], -1: ["passport"]}})
    lexicon = load_lexicon(tmp_path)
    assert assess("khali kanna ashe", lexicon).ask
    assert assess("kanna ashe, ghum ekdom nai", lexicon).flag is Level.URGENT
    assert assess("passport, kanna", lexicon).flag is Level.NONE


@pytest.mark.parametrize(
    "points", [{"many": ["a"]}, {1: "a"}, {1: [5]}, {1: [""]}, {1: ["a b"]}, {1: ["a * b * c"]}, None],
)  # fmt: skip
def test_wrong_cues_are_named_with_their_file(tmp_path, points):
    written(tmp_path, "lexicon.yml", LEXICON)
    with pytest.raises(ContentError, match=r"cues\.yml"):
        load_lexicon(written(tmp_path, "cues.yml", {"ask": 2, "flag": 4, "points": points}))


@pytest.mark.parametrize("missing", ["id", "category", "level", "any"])
def test_a_rule_without_a_field_is_named(tmp_path, missing):
    broken = copy.deepcopy(LEXICON)
    del broken["rules"][1][missing]
    with pytest.raises(ContentError, match=r"lexicon\.yml: rule"):
        load_lexicon(written(tmp_path, "lexicon.yml", broken))


@pytest.mark.parametrize(
    "content",
    ["", "[]", "rules: 5", "rules: [5]", "rules: [[]]", "unless: [a]", "a: [", "rules: []\nunless: ['']", "rules: []\nunless: word"],
)
def test_a_lexicon_that_is_none_is_refused(tmp_path, content):
    with pytest.raises(ContentError, match=r"lexicon\.yml"):
        load_lexicon(written(tmp_path, "lexicon.yml", content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ContentError, match="cannot be read"):
        load_lexicon(tmp_path)
