import re
import shutil

import pytest
import yaml

from bot import content
from bot.content import numbers, pieces, problems
from bot.knowledge import DIRECTORY, knowledge

FILES = {
    "knowledge/triage/lexicon.yml": {
        "rules": [{"id": "hits", "category": "physical_violence", "level": "urgent", "any": ["amake * mare"]}]
    },
    "domain.yml": {"intents": ["step_visa", "hotlines", "nlu_fallback"], "actions": ["action_topic", "action_unsure"]},
    "data/stories/all.yml": {
        "rules": [
            {"rule": "visa", "steps": [{"intent": "step_visa"}, {"action": "action_topic"}]},
            {"rule": "numbers", "steps": [{"intent": "hotlines"}, {"action": "action_topic"}]},
            {"rule": "unsure", "steps": [{"intent": "nlu_fallback"}, {"action": "action_unsure"}]},
        ]
    },
    "data/nlu/step_visa.yml": {
        "nlu": [
            {
                "intent": "step_visa",
                "metadata": {"register": "en"},
                "examples": "- is my visa real\n- what does a work permit for Jordan look like\n",
            }
        ]
    },
    "data/nlu/hotlines.yml": {"nlu": [{"intent": "hotlines", "metadata": {"register": "bn"}, "examples": "- জরুরি নম্বর দেন\n"}]},
}


def dump(path, parsed):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        parsed if isinstance(parsed, str) else yaml.dump(parsed, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False),
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small project in which all is well, with the real knowledge/."""
    root = tmp_path_factory.mktemp("whole")
    shutil.copytree(DIRECTORY, root / "knowledge", ignore=shutil.ignore_patterns("examples", "words_web.yml"))
    for name, parsed in FILES.items():
        dump(root / name, parsed)
    return root


@pytest.fixture
def project(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "project")
    return tmp_path / "project"


def check(root):
    return problems(root / "knowledge", root)


def change(root, file, edit):
    parsed = yaml.load((root / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    edit(parsed)
    dump(root / file, parsed)


def test_all_is_well(whole):
    assert check(whole) == []


STEP, TOPIC = "knowledge/steps/03-passport.yml", "knowledge/topics/complaint.yml"
WORDS, HOTLINES, FACTS = "knowledge/words.yml", "knowledge/hotlines.yml", "knowledge/facts.yml"
NLU, STORIES = "data/nlu/step_visa.yml", "data/stories/all.yml"
REPLIES, HIDE = "knowledge/triage/replies.yml", "knowledge/triage/hide.yml"
HOLDING = "knowledge/triage/holding.yml"


def section(name, **texts):
    return lambda step: step["sections"][name].update(texts)


def message(**texts):
    return lambda topic: topic["messages"][0].update(texts)


def sentence(name, **texts):
    return lambda words: words["sentences"][name].update(texts)


def part(name, **texts):
    return lambda replies: replies["parts"][name].update(texts)


def add_example(text, intent="step_visa", register="en"):
    return lambda nlu: nlu["nlu"].append({"intent": intent, "metadata": {"register": register}, "examples": f"- {text}\n"})


def low(facts):
    next(fact for fact in facts if fact["id"] == "s03-01")["confidence"] = "low"


LONG = " ".join(["শব্দ"] * 61)
WRONG = {
    "a brief too long": (STEP, section("brief", bn=" ".join(["শব্দ"] * 46)), "sections.brief.bn: 46 words"),
    "a section too long": (STEP, section("why", en=" ".join(["word"] * 56)), "sections.why.en: 56 words"),
    "a topic too long": (TOPIC, message(bn=LONG), r"complaint\.yml: messages\[0\]\.bn: 61 words"),
    "a sentence too long": (WORDS, sentence("yes", bn=LONG), "sentences.yes.bn: 61 words"),
    "a hotline's use too long": (
        HOTLINES,
        lambda h: h["hotlines"][0]["use"].update(en=" ".join(["word"] * 15)),
        "emergency.use.en: 15 words",
    ),
    "a greeting too long for Messenger": (WORDS, lambda w: w["messenger_greeting"].update(en="word " * 33), "messenger_greeting.en"),
    "a button too long": (WORDS, lambda w: w["buttons"]["menu"].update(en="This is the whole menu"), "buttons.menu: 'This is"),
    "a topic's name too long for its button": (
        TOPIC,
        lambda t: t["name"].update(en="A complaint about them"),
        "complaint.yml: name: 'A complaint",
    ),
    "a step's name too long for its button": (
        STEP,
        lambda s: s["name"].update(en="Making the passport"),
        "steps/03: name, with its number: '3. Making",
    ),
    "a Bangla text in English": (STEP, section("why", bn="This is English"), "sections.why.bn: is not in that language"),
    "an English text in Bangla": (STEP, section("why", en="এটা বাংলা"), "sections.why.en: is not in that language"),
    "one Bangla word in an English text": (TOPIC, message(en="Go to the office এখন"), r"messages\[0\]\.en: is not in that language"),
    "a name in the wrong language": (TOPIC, lambda t: t["name"].update(bn="Complaint"), "complaint.yml: name.bn: is not"),
    "a greeting in the wrong language": (
        WORDS,
        lambda w: w["messenger_greeting"].update(bn="Hello sister"),
        "messenger_greeting.bn: is not",
    ),
    "an unknown number in Bangla": (STEP, section("ask", bn="ফোন করুন 16136-এ"), r"sections.ask.bn: the numbers \['16136'\]"),
    "an unknown mobile number in English only": (
        STEP,
        section("danger", en="Call 01711 223344 now"),
        r"sections.danger.en: the numbers \['01711223344'\]",
    ),
    "an amount in ASCII digits in Bangla": (STEP, section("cost", bn="লাগে 4025 টাকা"), r"sections.cost.bn: the numbers \['4025'\]"),
    "a number missing in one language": (
        STEP,
        section("danger", bn="ফোন করুন 16135-এ", en="Call them"),
        "do not give the same phone numbers",
    ),
    "other numbers in each language": (STEP, section("danger", bn="ফোন করুন 16135-এ", en="Call 999"), "do not give the same phone numbers"),
    "a number in a sentence": (WORDS, sentence("yes", bn="ফোন 16137"), r"sentences.yes.bn: the numbers"),
    "other fields in each language": (
        WORDS,
        sentence("here", en="You are at step {number}: {name}."),
        "sentences.here: the {fields} differ",
    ),
    "a brace without partner": (WORDS, sentence("yes", en="All right {"), "sentences.yes: a brace has no partner"),
    "a section without source": (STEP, section("cost", sources=[]), "sections.cost: has no sources"),
    "a source that is no fact": (STEP, section("cost", sources=["s99-99"]), "source 's99-99' is not in facts.yml"),
    "a topic without source": (TOPIC, message(sources=[]), r"complaint\.yml: messages\[0\]: has no sources"),
    "a hotline without source": (HOTLINES, lambda h: h["hotlines"][0].update(sources=[]), "emergency.use: has no sources"),
    "a doubtful fact told plainly": (FACTS, low, "rests on s03-01, of low confidence"),
    "a way to nowhere": (TOPIC, lambda t: t.update(next=["step_nowhere"]), "next: 'step_nowhere'"),
    "a way to a button that carries nothing": (TOPIC, lambda t: t.update(next=["whole_step"]), "next: 'whole_step'"),
    "a way to a button that must be filled": (TOPIC, lambda t: t.update(next=["resume"]), "next: 'resume'"),
    "a first reply too long": (
        REPLIES,
        lambda r: r["parts"]["no_pay"].update(en="word " * 40),
        r"blackmail\.herself\.critical \(bd\)\.en: \d\d words; at most 60",
    ),
    "a reply to who is held too long": (
        REPLIES,
        part("wait_short", en="word " * 15),
        r"captivity\.herself\.critical \(bd\)\.en: \d\d words; at most 25",
    ),
    "a first reply without a number": (
        REPLIES,
        lambda r: r["categories"]["distress"]["herself"]["urgent"].update(first=["glad", "program"]),
        r"distress\.herself\.urgent \(bd\)\.bn: gives no number that works there",
    ),
    "a number of Bangladesh told abroad": (
        REPLIES,
        lambda r: r["parts"]["no_pay"].update(en="Call {emergency}"),
        r"blackmail\.herself\.critical \(abroad\)\.en: the numbers \['999'\] do not work there",
    ),
    "a first reply with an unknown number": (
        REPLIES,
        part("papers", en="Call 998877"),
        r"fraud\.herself\.critical \(bd\)\.en: the numbers \['998877'\]",
    ),
    "a first reply in the wrong script": (
        REPLIES,
        part("believe_short", bn="bisshash kori"),
        r"captivity\.herself\.critical \(bd\)\.bn: is not in that language",
    ),
    "hospital advice abroad": (
        REPLIES,
        part("papers", en="Go to a hospital"),
        r"fraud\.herself\.critical \(abroad\): hospital advice outside Bangladesh",
    ),
    "a category of danger without a reply": (
        REPLIES,
        lambda r: r["categories"].pop("physical_violence"),
        "categories: 'physical_violence'",
    ),
    "a title too long for its button": (
        REPLIES,
        lambda r: r["buttons"]["hide"].update(en="Hide this chat from all"),
        "buttons.hide.en: longer",
    ),
    "a neutral text that gives it away": (
        HIDE,
        lambda h: h["neutral"][0].update(en="Call 999"),
        "neutral\\[0\\].en: a number gives it away",
    ),
    "a word to come back that is not told": (HIDE, lambda h: h["word"].update(en="sunlight"), "word_told.en: does not tell the word"),
    "a number of nobody's while she waits": (
        HOLDING,
        lambda h: h["numbers"]["abroad"].update(en="+44 20 7946 0000"),
        r"holding\.yml: numbers\.abroad\.en: the numbers",
    ),
    "a text of waiting that fills a screen": (
        HOLDING,
        lambda h: h["texts"]["queued"].update(en="wait " * 61),
        r"texts\.queued\.en: 61 words",
    ),
    "a field that nobody fills": (HOLDING, lambda h: h["texts"]["queued"].update(en="{name}, wait"), "only {numbers} and {when}"),
    "an intent that the domain lacks": (NLU, add_example("wages not paid", "wages_abroad"), "intent 'wages_abroad' is not in domain.yml"),
    "an intent without examples": ("domain.yml", lambda d: d["intents"].append("legal_aid"), "intent 'legal_aid' has no examples"),
    "an intent without rule": ("domain.yml", lambda d: d["intents"].append("legal_aid"), "no rule answers intent 'legal_aid'"),
    "an action without rule": ("domain.yml", lambda d: d["actions"].append("action_nothing"), "action 'action_nothing' is used by no rule"),
    "an example twice": (NLU, add_example("what does a work permit for Jordan look like"), "nearly the same"),
    "an example nearly twice": (NLU, add_example("what does the work permit for Jordan look like"), "nearly the same"),
    "one example for two intents": (NLU, add_example("জরুরি নম্বর দেন", register="bn"), "nearly the same"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_kind_of_problem_is_found(project, name):
    file, edit, found = WRONG[name]
    change(project, file, edit)
    told = check(project)
    assert any(re.search(found, line) for line in told), told
    assert len(told) <= 3 or file == REPLIES, told  # one slip there is in many composed texts


UNREADABLE = {
    "knowledge that cannot be loaded": ("knowledge/words.yml", "buttons: {}", "words.yml"),
    "yaml that is none": ("knowledge/hotlines.yml", "hotlines: [", "hotlines.yml: is not valid YAML"),
    "a lexicon without rules": ("knowledge/triage/lexicon.yml", "a: b", "lexicon.yml"),
    "replies without texts": ("knowledge/triage/replies.yml", "countries: {}", "replies.yml"),
    "examples without register": ("data/nlu/step_visa.yml", "nlu: [{intent: step_visa}]", "step_visa.yml"),
    "rules without steps": (STORIES, "rules: [{rule: x}]", "all.yml: steps"),
    "rules that are no list": (STORIES, "rules: 5", "all.yml: rules"),
    "stories that are empty": (STORIES, "", "all.yml: rules"),
    "a text of waiting that is missing": (HOLDING, "{texts: {}, when: {parts: []}, numbers: {}}", "holding.yml: texts.queued"),
    "hours that nobody keeps": ("knowledge/duty.yml", "hours: {monday: [9-5]}", "duty.yml: hours: monday"),
    "a domain that is none": ("domain.yml", "intents: [", "domain.yml: is not valid YAML"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_one_problem(project, name):
    file, text, found = UNREADABLE[name]
    dump(project / file, text)
    told = check(project)
    assert len(told) == 1
    assert found in told[0]


@pytest.mark.parametrize("file", ["domain.yml", "knowledge/words.yml", "knowledge/triage/lexicon.yml", REPLIES, HIDE])
def test_a_missing_file_is_one_problem(project, file):
    (project / file).unlink()
    assert len(check(project)) == 1


def test_stories_count_as_rules(project):
    change(project, STORIES, lambda s: s.update(stories=[s["rules"].pop()]))
    assert check(project) == []


def test_one_thought_in_two_scripts_is_wanted(project):
    change(project, NLU, add_example("জরুরি ভিসা নম্বর", register="bn"))
    change(project, NLU, add_example("joruri visa nombor", register="banglish"))
    assert check(project) == []


def test_a_doubtful_fact_may_send_her_to_who_knows(project):
    change(project, FACTS, low)
    lines = check(project)
    for name in ("brief", "why", "do", "where", "papers", "cost", "time", "danger", "ask", "done"):
        change(project, STEP, lambda step, name=name: step["sections"][name].update(bn="জেনে নিন 16135-এ", en="Ask 16135"))
    assert lines
    assert not [line for line in check(project) if "low confidence" in line and "steps/03" in line]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("999, 109 or 1098.", {"999", "109", "1098"}), ("16135-এ", {"16135"}), ("+880 9610 102030।", {"+8809610102030"}),
        ("01711-223344", {"01711223344"}), ("২০০ টাকা", set()),
        ("4,025 taka", set()), ("2.5 lakh", set()), ("10/12/2025", set()), ("18 to 45", set()), ("call 999!", {"999"}), ("", set()),
        ("(16699)", {"16699"}),
    ],
)  # fmt: skip
def test_finds_what_could_be_dialled(text, found):
    assert numbers(text) == found


def test_every_text_of_the_program_is_checked():
    checked = {id(piece.text) for piece in pieces(knowledge())}
    for block in (knowledge().buttons, knowledge().headings, knowledge().sentences, knowledge().telegram_commands):
        assert all(id(text) in checked for text in block.values())
    for topic in knowledge().topics.values():
        assert all(id(passage.text) in checked for passage in topic.messages)
    for step in knowledge().steps:
        assert all(id(passage.text) in checked for passage in step.sections.values())


def test_the_default_is_the_project_itself():
    assert problems.__defaults__ == (content.DIRECTORY, content.ROOT)
