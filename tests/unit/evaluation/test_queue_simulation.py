from dataclasses import replace

from bot.evaluation.queue_simulation import RATES, Plan, simulate

PLAN = Plan(shifts=4)
WAITS = {(wait.rate, wait.order): wait for wait in simulate(PLAN)}
OURS, FIRST = "ours", "first come, first served"


def test_every_rate_is_simulated_in_both_orders():
    assert set(WAITS) == {(rate, order) for rate in RATES for order in (OURS, FIRST)}


def test_with_places_enough_nobody_waits():
    for wait in simulate(replace(PLAN, at_once=200)):
        assert wait.critical_p95 == wait.urgent_p95 == wait.standard_median == 0
        assert wait.critical_in_two == wait.urgent_in_fifteen == 1


def test_when_many_write_the_most_dangerous_wait_least():
    ours, first = WAITS[8, OURS], WAITS[8, FIRST]
    assert ours.critical_median < first.critical_median / 3
    assert ours.critical_median < ours.urgent_median < ours.standard_median
    assert abs(first.critical_median - first.standard_median) < first.standard_median / 3


def test_it_is_the_same_every_time():
    simulate.cache_clear()
    assert simulate(PLAN) == tuple(WAITS.values())
