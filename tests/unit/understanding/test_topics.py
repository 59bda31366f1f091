import numpy as np
import pytest

from bot.understanding.topics import TopicModel, train

EXAMPLES = {
    "step_passport": ["পাসপোর্ট করতে কত টাকা", "passport korte koto taka", "passport fee", "নতুন পাসপোর্ট", "pasport hariye geche"],
    "step_visa": ["ভিসা আসল কি না", "visa asol naki", "visa check korbo", "ভিসা চেক", "is my visa real"],
    "hotlines": ["জরুরি নম্বর দেন", "number den", "helpline number", "হেল্পলাইন নম্বর", "phone number lagbe"],
}
TEXTS = [text for lines in EXAMPLES.values() for text in lines]
TOPICS = [topic for topic, lines in EXAMPLES.items() for _ in lines]


@pytest.fixture(scope="module")
def model():
    return train(TEXTS, TOPICS)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("পাসপোর্ট এর ফি", "step_passport"),
        ("paspot fi", "step_passport"),
        ("bhisa asol?", "step_visa"),
        ("হেল্পলাইন", "hotlines"),
        ("helplain nombor", "hotlines"),
    ],
)
def test_an_example_in_one_script_serves_the_other(model, text, topic):
    assert model.ranking(text)[0][0] == topic


@pytest.mark.parametrize("text", ["", "🙂", "qqq", "visa"])
def test_probabilities_sum_to_one_whatever_is_asked(model, text):
    found = model.probabilities(text)
    assert found.shape == (3,)
    assert found.sum() == pytest.approx(1)
    assert (found > 0).all()


def test_the_likeliest_comes_first(model):
    ranking = model.ranking("visa check")
    assert ranking[0][0] == "step_visa"
    assert [chance for _, chance in ranking] == sorted((chance for _, chance in ranking), reverse=True)
    assert {name for name, _ in ranking} == set(EXAMPLES)


def test_what_was_saved_answers_the_same(model, tmp_path):
    model.save(tmp_path)
    again = TopicModel.load(tmp_path)
    assert again.topics == model.topics
    for text in (*TEXTS, "something else", ""):
        assert again.probabilities(text) == pytest.approx(model.probabilities(text), abs=1e-4)


def test_training_twice_gives_the_same_model(model):
    again = train(TEXTS, TOPICS)
    assert again.vocabulary == model.vocabulary
    assert all(np.array_equal(array, again.network.arrays()[name]) for name, array in model.network.arrays().items())


def test_a_topic_with_many_examples_does_not_drown_a_small_one():
    uneven = train([*EXAMPLES["step_passport"] * 20, *EXAMPLES["step_visa"], *EXAMPLES["hotlines"]], ["p"] * 100 + ["v"] * 5 + ["h"] * 5)
    assert dict(uneven.ranking("pasport visa"))["v"] > 0.9


def test_of_words_the_model_does_not_know_nothing_is_kept():
    model = train(TEXTS, TOPICS)
    model.probabilities("visa Rokeya01700")
    assert "visa" in model._reader._known
    assert not any("rokeya" in word or "017" in word for word in model._reader._known)
