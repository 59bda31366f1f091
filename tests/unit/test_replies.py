"""Every first reply there is: 14 categories × 2 levels × 2 of whom × 14 places × 3 ways of writing, against the policy."""

import copy
import itertools
import re
from dataclasses import replace

import pytest
import yaml

from bot.content import numbers
from bot.errors import ContentError
from bot.knowledge import DIRECTORY, knowledge
from bot.model import Level, State
from bot.replies import ANOTHER, FLAGGED, HERSELF, SCRIPTS, Situation, load_replies, script_of
from bot.triage import load_lexicon
from bot.understanding.commands import parse

HOTLINES = knowledge().hotlines
REPLIES = load_replies(HOTLINES)
CATEGORIES = {
    "suicide", "sexual_violence", "physical_violence", "trafficking", "captivity", "child", "blackmail", "missing_person", "death_abroad",
    "health", "fraud", "wage_exploitation", "distress", "other",
}  # fmt: skip
OWN = {  # country → its numbers for danger and for illness (facts a-24 and a-26)
    "sa": ("999", "997"), "jo": ("911", "911"), "ae": ("999", "998"), "om": ("9999", "9999"), "qa": ("999", "999"), "kw": ("112", "112"),
    "lb": ("112", "112"), "bh": ("999", "999"), "my": ("999", "999"), "hk": ("999", "999"), "mu": ("999", "114"),
}  # fmt: skip
PLACES = {"bd", "abroad", "unknown", *OWN}
INSIDE, OUTSIDE = {"999", "109", "1098", "16135"}, "+8809610102030"
HELD, RELATIVES = {"trafficking", "captivity"}, {"missing_person", "death_abroad"}
BANGLA, LATIN = re.compile("[\u0980-\u09ff]"), re.compile("[A-Za-z]")
ALL = [(situation, script) for situation in REPLIES.texts for script in SCRIPTS]

# What no reply may say, in any of the three.
FORBIDDEN = re.compile(
    "|".join(
        (
            # blame and judging
            r"কেন|কেনো|\bkeno\b|\bwhy\b|আপনার ভুল|apnar bhul|your mistake|should have|উচিত ছিল|লজ্জা|\blojja|asham|পাপ|গুনাহ|\bpap\b|gunah|\bsin\b|অপরাধ|oporadh|crime|illegal|বেআইনি",
            # leave, forgive, endure, confront, record
            r"বের হয়ে|পালা[নও]|palan|escape|run away|\bleave (him|her|home|the|now)\b|মাফ|ক্ষমা|\bmaf\b|khoma|forgive|সহ্য|sojjho|patien|ধৈর্য|dhoirjo|রেকর্ড|record",
            # promises nobody can keep
            r"উদ্ধার|uddhar|rescue|বাঁচাব|bachabo|save you|কথা দিচ্ছি|promise|সব ঠিক হয়ে|will be fine|everything will|টাকা ফেরত|money back|কাউকে বলব না|kauke bolbo na|nobody will know|সম্পূর্ণ গোপন|completely private",
            # police first or alone, proof first
            r"থানায়|thanay|report first|আগে অভিযোগ|আগে মামলা|পুলিশে|পুলিশকে|\bpulishe\b|police first|go to the police|\bGD\b|জিডি",
            # probing
            r"কী হয়েছে|কি হয়েছে|ki hoyeche|what happened|কে করেছে|ke koreche|who did|নাম বলুন|\bnam bolun|your name|ঠিকানা|thikana|address|NID|ছবি দিন|send a photo|কোথায় মেরেছে",
            # religion, law and method beside a wish to die; money after a death
            r"আল্লাহ|allah|ধর্ম|dhormo|religion|নরক|জাহান্নাম|বিষ|দড়ি|poison|rope|বীমা|bima|insurance|ক্ষতিপূরণ|compensation",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
FIRST_WORDS = {
    "bn": r"বিশ্বাস করি|ভালো করেছেন|কষ্ট|ধন্যবাদ",
    "bn-latn": r"bishash kori|bhalo korechen|koshto|koshter|dhonnobad",
    "en": r"believe|glad|did right|hard|sorry|Thank",
}
NOT_TO_BLAME = {"bn": "দোষ", "bn-latn": "osh", "en": "ault"}
SAFE_NOW = {"bn": "নিরাপদে লিখতে পারছেন?", "bn-latn": "nirapode likhte parchen?", "en": "safe to write now?"}
PROGRAM = {"bn": "আমি একটা প্রোগ্রাম।", "bn-latn": "Ami ekta program.", "en": "I am a program"}
COUNSELLORS = {"bn": "কাউন্সেলর আপারা পড়বেন", "bn-latn": "counsellor apara porben", "en": "women counsellors read"}
EXCEPT = {
    "bn": r"জীবন বা শিশু বিপদে|শিশু বিপদে",
    "bn-latn": r"jibon ba shishu bipode|[Ss]hishu bipode",
    "en": r"a life or a child is in danger|[Ww]hen a child is in danger",
}
WAIT = {"bn": "নিরাপদ হলে", "bn-latn": "Nirapod hole", "en": "safe"}
THANKS = {"bn": "ধন্যবাদ", "bn-latn": "dhonnobad", "en": "Thank you"}
CONFRONT = {"bn": "তাকে কিছু বলবেন না", "bn-latn": "take kichu bolben na", "en": "Do not confront"}
KNOWS = {"bn": "উনি কি জানেন, আপনি লিখছেন?", "bn-latn": "Uni ki janen, apni likhchen?", "en": "Do they know you are writing?"}


def named(situation, script):
    return f"{situation.level.value}-{situation.category}-{situation.whom}-{situation.place}-{script}"


def each(**only):
    """Holds a check to all composed replies, or those whose situation has the given values: one test, for there are thousands."""
    chosen = [(s, script) for s, script in ALL if all(getattr(s, name) in values for name, values in only.items())]

    def over(check):
        def test():
            assert chosen
            assert [told for situation, script in chosen if (told := _breach(check, situation, script))] == []

        test.__name__ = check.__name__
        return test

    return over


def _breach(check, situation, script):
    try:
        check(situation, script)
    except AssertionError as error:
        return f"{named(situation, script)}: {str(error).splitlines()[0]}"
    return None


def first(situation, script):
    return REPLIES.texts[situation].first[script]


def then(situation, script):
    return REPLIES.texts[situation].then[script]


def test_no_situation_falls_through():
    expected = {Situation(*one) for one in itertools.product(FLAGGED, CATEGORIES, (HERSELF, ANOTHER), PLACES)}
    assert set(REPLIES.texts) == expected
    assert len(ALL) == 14 * 2 * 2 * 14 * 3


def test_every_category_of_danger_has_its_replies():
    assert {rule.category for rule in load_lexicon().rules} <= CATEGORIES


@each()
def test_it_is_short_and_in_her_way_of_writing(situation, script):
    most = 25 if situation.level is Level.CRITICAL and situation.category in HELD else 60
    assert len(first(situation, script).split()) <= most
    assert len(first(situation, script)) <= 640  # one screen, and one template of Messenger
    assert len(first(situation, script).splitlines()) <= 7
    assert len(then(situation, script).split()) <= 45
    for text in (first(situation, script), then(situation, script)):
        assert not re.search(r"[{}]", text)
        assert bool(BANGLA.search(text)) == (script == "bn")
        if script == "bn":
            assert LATIN.sub("", text.replace("DEMO", "")) == text.replace("DEMO", "")


@each()
def test_it_says_nothing_that_is_forbidden(situation, script):
    found = FORBIDDEN.search(first(situation, script)) or FORBIDDEN.search(then(situation, script))
    assert found is None


@each()
def test_it_gives_numbers_that_work_where_she_is_and_no_others(situation, script):
    told = numbers(first(situation, script))
    assert numbers(then(situation, script)) == set()
    if situation.place == "bd":
        assert told
        assert told <= INSIDE
    elif situation.place == "unknown":
        assert OUTSIDE in told
        assert told & INSIDE
        assert told <= INSIDE | {OUTSIDE}
    else:
        ill = situation.category == "health" and situation.level is Level.CRITICAL
        local = {OWN[situation.place][ill]} if situation.place in OWN else set()
        assert told == {OUTSIDE} | local


@each(place={"bd", "unknown"}, level={Level.CRITICAL})
def test_in_danger_now_999_is_among_them(situation, script):
    assert "999" in numbers(first(situation, script))


@each(place={"bd", "unknown"}, category={"child"})
def test_for_a_child_1098_is_among_them(situation, script):
    assert "1098" in numbers(first(situation, script))


@each(place={"bd"}, category={"physical_violence", "sexual_violence", "blackmail", "suicide", "distress"}, whom={HERSELF})
def test_for_a_woman_109_is_among_them(situation, script):
    assert "109" in numbers(first(situation, script))


@each(place={"bd", "unknown"}, category=HELD | {"physical_violence", "sexual_violence"}, whom={ANOTHER})
def test_for_a_relative_who_may_be_abroad_16135_is_among_them(situation, script):
    assert "16135" in numbers(first(situation, script))


@each(place={"bd"}, category={"missing_person", "death_abroad", "fraud", "wage_exploitation"})
def test_for_migrants_16135_is_among_them(situation, script):
    assert "16135" in numbers(first(situation, script))


@each()
def test_it_begins_with_believing_and_not_with_blame(situation, script):
    line = first(situation, script).splitlines()[0]
    assert re.search(FIRST_WORDS[script], line)
    assert not numbers(line)
    if (situation.category, situation.level, situation.whom) not in {(held, Level.CRITICAL, ANOTHER) for held in HELD}:
        assert NOT_TO_BLAME[script] in line


@each(level={Level.CRITICAL})
def test_critical_the_number_comes_before_anything_else(situation, script):
    assert numbers(first(situation, script).splitlines()[1])
    assert SAFE_NOW[script] not in first(situation, script)


@each(level={Level.URGENT})
def test_urgent_whether_it_is_safe_to_write_comes_before_the_number(situation, script):
    lines = first(situation, script).splitlines()
    assert SAFE_NOW[script] in lines[1]
    assert numbers(lines[2])
    assert REPLIES.texts[situation].asks_to_write


@each()
def test_it_says_who_reads_and_what_stays_private(situation, script):
    later = situation.level is Level.CRITICAL and situation.category in HELD
    text = then(situation, script) if later else first(situation, script)
    assert PROGRAM[script] in text
    assert COUNSELLORS[script] in text
    assert re.search(EXCEPT[script], text)


@each(category=HELD | {"physical_violence", "sexual_violence"}, whom={HERSELF})
def test_it_says_that_we_wait(situation, script):
    assert WAIT[script] in first(situation, script).splitlines()[-1]


@each(category=HELD, whom={HERSELF}, level={Level.CRITICAL})
def test_who_is_held_is_asked_whether_she_can_write_by_one_or_two(situation, script):
    assert re.search("[1১].*[2২]", first(situation, script))
    assert REPLIES.texts[situation].asks_to_write


@each(whom={ANOTHER})
def test_who_writes_for_another_is_thanked_and_not_treated_as_the_victim(situation, script):
    if situation.category in RELATIVES | {"child"}:  # these are told by others anyway
        return
    assert THANKS[script] in first(situation, script)
    assert "আমি আপনার কথা বিশ্বাস করি" not in first(situation, script)
    if situation.category in HELD | {"physical_violence", "sexual_violence"}:
        assert CONFRONT[script] in first(situation, script)
    if situation.category not in {"suicide", "health"}:
        assert KNOWS[script] in first(situation, script)


@each(category={"suicide"})
def test_nobody_who_wishes_to_die_is_left_alone(situation, script):
    assert re.search("একা থাকবেন না|eka thakben na|alone", first(situation, script))
    assert re.search("সাথে থাকুন|পাশাপাশি থাকুন|sathe thakun|pashapashi thakun|near", first(situation, script))
    assert not re.search("টাকা|taka|money", first(situation, script) + then(situation, script))


@each(category={"sexual_violence"})
def test_care_without_police_is_told_only_in_bangladesh(situation, script):
    hospital = re.compile("হাসপাতাল|hospital")
    both = first(situation, script) + then(situation, script)
    if situation.place == "bd":
        assert re.search("পুলিশ লাগে না|police lage na|without police", both)
        assert re.search("চাইলে|[Cc]haile|you want|they want", both)  # only if she wants
        assert re.search("৩ দিন|3 din|3 days", both)
    elif situation.place == "unknown":
        assert not hospital.search(first(situation, script))
        assert re.match("বাংলাদেশে থাকলে|Bangladeshe thakle|In Bangladesh", then(situation, script))
    else:
        assert not hospital.search(both)


@each(category=CATEGORIES - {"sexual_violence"})
def test_hospital_is_named_for_nothing_else(situation, script):
    assert not re.search("হাসপাতাল|hospital|ক্রাইসিস|Crisis", first(situation, script) + then(situation, script))


@each(category={"blackmail"})
def test_blackmail_do_not_pay_send_nothing_keep_the_proof(situation, script):
    assert re.search(
        "টাকা বা ছবি আর দেবেন না. প্রমাণ মুছবেন না|Taka ba chobi ar deben na. Proman|Do not pay, send nothing, keep", first(situation, script)
    )


@each(category={"fraud", "wage_exploitation"})
def test_who_was_cheated_keeps_every_paper(situation, script):
    assert re.search("রসিদ|rosid|receipt", first(situation, script))


# --- buttons, the second message, the answers


@each()
def test_three_buttons_at_most_and_titles_that_fit(situation, script):
    messages = REPLIES.replies(situation, script, begun=False)
    assert [[button.payload for button in message.buttons] for message in messages] == [
        ["person", "hotlines", "hide"],
        [*(["here.bd"] if situation.place != "bd" else []), "here.abroad", "safe"],
    ]
    for button in (button for message in messages for button in message.buttons):
        assert parse(button.payload)
        assert 0 < len(button.title) <= 20
        assert bool(BANGLA.search(button.title)) == (script == "bn")


@each(place={"unknown"})
def test_the_second_message_asks_where_she_is(situation, script):
    assert re.search("কোথায়|kothay|Where", then(situation, script))


@each(place=PLACES - {"unknown"})
def test_where_it_is_known_the_second_message_lets_her_correct_it(situation, script):
    assert re.search("ভুল হলে|Bhul hole|wrong", then(situation, script))
    assert not re.search("কোথায়|kothay|Where", then(situation, script))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("place", [*sorted(PLACES - {"unknown"}), "sg", "it"])
def test_the_answer_to_where_she_is_gives_just_the_numbers_that_work_there(place, script):
    reply = REPLIES.placed(place, script)
    told = numbers(reply.text)
    assert told == (INSIDE if place == "bd" else {OUTSIDE, *([OWN[place][0]] if place in OWN else [])})
    assert bool(BANGLA.search(reply.text)) == (script == "bn")
    assert len(reply.text.split()) <= 60
    assert not FORBIDDEN.search(reply.text)
    payloads = [button.payload for button in reply.buttons]
    assert payloads == (
        [*(f"here.{code}" for code in REPLIES.offered), "person", "hide"] if place == "abroad" else ["person", "hide", "safe"]
    )
    assert len(payloads) <= 12  # and the menu
    assert all(len(button.title) <= 20 and parse(button.payload) for button in reply.buttons)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("answer", ["can_write", "cannot_write"])
def test_whether_she_can_write_is_answered_shortly(answer, script):
    text = REPLIES.answers[answer][script]
    assert len(text.split()) <= 30
    assert bool(BANGLA.search(text)) == (script == "bn")
    assert not FORBIDDEN.search(text)


def test_what_she_is_asked_can_be_answered_in_words():
    held = Situation(Level.CRITICAL, "captivity", HERSELF, "unknown")
    assert REPLIES.offers(held, begun=False) == ("can_write", "cannot_write", "here.bd", "here.abroad")
    assert REPLIES.offers(held, begun=True) == ("can_write", "cannot_write")
    assert REPLIES.offers(Situation(Level.CRITICAL, "suicide", HERSELF, "bd"), begun=False) == ("here.bd", "here.abroad")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("captivity", "sg"), ("captivity", "abroad")), (("captivity", "sa"), ("captivity", "sa")), (("never heard of", "bd"), ("other", "bd")),
        (("never heard of", "it"), ("other", "abroad")),
    ],
)  # fmt: skip
def test_what_nobody_wrote_for_is_answered_by_the_nearest(asked, found):
    situation, nearest = (Situation(Level.URGENT, category, HERSELF, place) for category, place in (asked, found))
    assert REPLIES.find(situation) is REPLIES.texts[nearest]


@pytest.mark.parametrize(
    ("state", "script"),
    [
        (State(), "bn"), (State(script="bn-latn"), "bn-latn"), (State(script="en"), "en"), (State(script="other"), "bn"),
        (State(language="en", language_chosen=True, script="bn-latn"), "en"), (State(language="en", script="bn"), "bn"),
    ],
)  # fmt: skip
def test_she_is_answered_as_she_writes_unless_she_chose_english(state, script):
    assert script_of(state) == script


# --- hiding


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_left_of_a_hidden_chat_gives_nothing_away(script):
    giveaway = re.compile(
        r"\d{3}|কাউন্সেলর|counsell|বিপদ|bipod|danger|সহযাত্রী|sohojatri|help|সাহায্য|sahajjo|লুকা|luka|hid|মুছ|much|নিরাপদ|nirapod|safe", re.IGNORECASE
    )
    texts = [*REPLIES.hiding.done.values(), *REPLIES.hiding.neutral]
    assert len(REPLIES.hiding.neutral) >= 3
    for text in texts:
        assert not giveaway.search(text[script])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("channel", ["web", "telegram", "messenger"])
def test_how_to_hide_says_what_is_not_cleaned(channel, script):
    text = REPLIES.hiding.how[channel][script]
    assert re.search("কাউন্সেলর|counsellor", text, re.IGNORECASE)  # the case stays with her counsellor
    assert len(text.split()) <= 60
    if channel == "messenger":
        assert re.search("আপনাকে মুছতে হবে|apnake muchte hobe|you must", text)
    assert channel in REPLIES.hiding.done


# --- a file that is wrong


FILES = {
    name: yaml.load((DIRECTORY / "triage" / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for name in ("replies.yml", "hide.yml")
}


def loaded(tmp_path, name, edit):
    (tmp_path / "triage").mkdir()
    for file, parsed in FILES.items():
        changed = copy.deepcopy(parsed)
        if file == name:
            changed = edit(changed) or changed
        text = changed if isinstance(changed, str) else yaml.dump(changed, Dumper=yaml.CSafeDumper, allow_unicode=True)
        (tmp_path / "triage" / file).write_text(text, encoding="utf-8")
    return load_replies(HOTLINES, tmp_path)


def drop(*path):
    def edit(content):
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return edit


@pytest.mark.parametrize(
    ("name", "edit", "told"),
    [
        ("replies.yml", drop("categories", "other"), "'other' is missing"),
        ("replies.yml", drop("categories", "suicide", "herself", "urgent"), "urgent: is missing"),
        ("replies.yml", drop("categories", "suicide", "herself"), "herself"),
        ("replies.yml", drop("parts", "believe"), "no part 'believe'"),
        ("replies.yml", drop("parts", "believe", "bn-latn"), "parts.believe: the text under bn-latn"),
        ("replies.yml", drop("numbers", "now", "unknown"), "unknown"),
        ("replies.yml", drop("numbers", "talk", "country", "en"), "numbers.talk: the text under en"),
        ("replies.yml", drop("inside", "women"), "women"),
        ("replies.yml", drop("answers", "abroad"), "abroad"),
        ("replies.yml", drop("buttons", "hide"), "hide: missing"),
        ("replies.yml", drop("countries", "sa", "in"), "in"),
        ("replies.yml", lambda r: r["inside"]["women"].update(now=["sa_police"]), "'sa_police' is no number"),
        ("replies.yml", lambda r: r["countries"]["sa"].update(danger="ae_police"), "'ae_police' is no number"),
        ("replies.yml", lambda r: r["countries"]["sa"].update(danger="nobody"), "'nobody' is no number"),
        ("replies.yml", lambda r: r["parts"]["papers"].update(bn="{nobody}"), "nobody"),
        ("replies.yml", lambda r: "[]", "replies.yml"),
        ("replies.yml", lambda r: "a: [", "not valid YAML"),
        ("hide.yml", drop("how"), "how"),
        ("hide.yml", drop("back", "en"), "back: the text under en"),
        ("hide.yml", drop("done", "web", "bn"), ": the text under bn"),
        ("hide.yml", lambda h: "neutral: 5", "hide.yml"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_file(tmp_path, name, edit, told):
    with pytest.raises(ContentError, match=re.escape(name)) as raised:
        loaded(tmp_path, name, edit)
    assert told in str(raised.value)


def test_a_number_of_low_confidence_is_not_given(tmp_path):
    doubtful = [replace(hotline, confidence="low") if hotline.id == "lb_emergency" else hotline for hotline in HOTLINES]
    with pytest.raises(ContentError, match="lb_emergency"):
        load_replies(doubtful)


@pytest.mark.parametrize("missing", list(FILES))
def test_a_missing_file_is_named(tmp_path, missing):
    (tmp_path / "triage").mkdir()
    for name, parsed in FILES.items():
        if name != missing:
            (tmp_path / "triage" / name).write_text(yaml.dump(parsed, Dumper=yaml.CSafeDumper), encoding="utf-8")
    with pytest.raises(ContentError, match="cannot be read"):
        load_replies(HOTLINES, tmp_path)
