"""Line by line: every amount, year and number of days in a text stands in one of the facts that it names."""

import re

import pytest

from bot.knowledge import DIRECTORY, knowledge, read_yaml

CONTENT = knowledge()
FACTS = {fact["id"]: fact for fact in read_yaml(DIRECTORY / "facts.yml")}
DIGITS = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")
SPELLED = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}
NUMBERS = sorted((hotline.number for hotline in CONTENT.hotlines), key=len, reverse=True)
EXAMPLES = {("steps/05", "100")}  # an example of a cheat's receipt, no amount that is asked
PASSAGES = [
    *((f"steps/{step.number:02}", one) for step in CONTENT.steps for one in step.sections.values()),
    *((topic.id, one) for topic in CONTENT.topics.values() for one in topic.messages),
    *((item.id, one) for item in CONTENT.items.values() for one in item.messages),
    *((f"country.{id}", one) for id, country in CONTENT.countries.items() for one in country.aspects.values()),
    *((f"service.{one.id}", one.line) for one in CONTENT.services.services),
]


def amounts(text: str) -> set[str]:
    """The numbers of a text, without phone numbers and the numbers of a list or of the 13 steps."""
    text = text.translate(DIGITS)
    for number in NUMBERS:
        text = text.replace(number, " ")
    text = re.sub(r"(?m)^\d{1,2}\. |(?:step|ধাপ) \d{1,2}|(?<!\d)13(?![\d,])", " ", text)
    return set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", "", text)))


def told_in(sources: tuple[str, ...]) -> set[str]:
    facts = " ".join(
        f"{FACTS[id]['statement_en']} {FACTS[id].get('detail', '')} {FACTS[id].get('source_date', '')}" for id in sources if id in FACTS
    )
    found = set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", "", facts)))
    return found | {str(value) for word, value in SPELLED.items() if re.search(rf"\b{word}\b", facts, re.IGNORECASE)}


@pytest.mark.parametrize(("where", "passage"), PASSAGES, ids=[f"{index}-{where}" for index, (where, _) in enumerate(PASSAGES)])
def test_every_amount_stands_in_a_fact_that_the_text_names(where, passage):
    allowed = told_in(passage.sources) | {number for place, number in EXAMPLES if place == where}
    for language in ("bn", "en"):
        strange = amounts(passage.text[language]) - allowed
        assert not strange, (where, language, sorted(strange), passage.sources)


def test_the_comparison_can_fail():
    assert amounts("৩৫,০০০ টাকা, ফোন 16135, ২.৫ লাখ") == {"35000", "2.5"}
    assert "35000" in told_in(("r-04",))
    assert "36000" not in told_in(("r-04",))
