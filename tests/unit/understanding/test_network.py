from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.understanding.network import Network, Way, chances, learn

WAY = Way(units=16, passes=5, rate=0.1, dropped=0.1)
EITHER = csr_matrix(np.array([[1, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 1]] * 20, dtype=np.float32))
ONE_OF_TWO = np.array([1, 1, 0, 0] * 20)  # no weights that are only added up can say this


def errors(rows, scores):
    found = chances(scores)
    found[np.arange(len(rows)), ONE_OF_TWO[rows]] -= 1
    return found


@pytest.fixture(scope="module")
def network():
    return learn(EITHER, errors, 2, WAY)


def row(matrix, index):
    return matrix[index].indices, matrix[index].data


def test_it_hears_words_together(network):
    assert (network.table(EITHER).argmax(1) == ONE_OF_TWO).all()


def test_one_row_is_scored_as_many_are(network):
    table = network.table(EITHER)
    for index in range(4):
        assert network.scores(*row(EITHER, index)) == pytest.approx(table[index], abs=1e-4)


def test_a_row_of_nothing_known_has_scores_too(network):
    assert np.isfinite(network.scores(np.zeros(0, dtype=np.int64), np.zeros(0))).all()


def test_learning_twice_gives_the_same_and_another_seed_another(network):
    assert all(np.array_equal(array, learn(EITHER, errors, 2, WAY).arrays()[name]) for name, array in network.arrays().items())
    assert not np.array_equal(learn(EITHER, errors, 2, WAY, seed=1).outputs, network.outputs)


def test_what_was_stored_is_the_same(network):
    again = Network.stored(network.arrays())
    assert np.array_equal(again.table(EITHER), network.table(EITHER))
    with pytest.raises(KeyError):
        Network.stored({"hidden": network.hidden})


def test_eight_bits_are_near_enough():
    weights = np.random.default_rng(1).standard_normal((50, 4), dtype=np.float32) * np.logspace(-3, 3, 50, dtype=np.float32)[:, None]
    weights[7] = 0
    one = np.ones(4, dtype=np.float32)
    kept = Network.of(weights, one, np.ones((4, 2), dtype=np.float32), one[:2])
    assert (np.abs(kept.hidden * kept.scale[:, None] - weights) <= np.abs(weights).max(1, keepdims=True) / 250).all()


def test_together_they_score_what_they_score_on_average(network):
    other = learn(EITHER, errors, 2, replace(WAY, units=8), seed=1)
    both = Network.together([network, other])
    assert both.table(EITHER) == pytest.approx((network.table(EITHER) + other.table(EITHER)) / 2, abs=0.05)
    assert both.hidden.shape == (3, 24)


def test_what_no_row_has_stays_as_it_began():
    unused = csr_matrix(np.hstack([EITHER.toarray(), np.zeros((80, 1), dtype=np.float32)]))
    small = np.abs(learn(unused, errors, 2, WAY).hidden[3] * learn(unused, errors, 2, WAY).scale[3]).max()
    assert small < 0.3


@pytest.mark.parametrize("scores", [np.zeros(3), np.array([1000.0, -1000.0, 0.0]), np.array([[1.0, 2.0], [2.0, 1.0]])])
def test_chances_sum_to_one(scores):
    assert chances(scores).sum(-1) == pytest.approx(1)
