import asyncio

import pytest

from bot.keyed import OnePerKey


class Job:
    """Counts its runs; each waits until it is let go."""

    def __init__(self):
        self.runs, self.running, self.most, self.gate = [], set(), 0, asyncio.Event()

    async def __call__(self, key):
        assert key not in self.running, "two at a time for one key"
        self.runs.append(key)
        self.running.add(key)
        self.most = max(self.most, len(self.running))
        try:
            await self.gate.wait()
        finally:
            self.running.discard(key)


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_key_runs_once_when_woken():
    job = Job()
    tasks = OnePerKey(job, 5)
    tasks.wake("a")
    assert "a" in tasks
    await settle()
    job.gate.set()
    await settle()
    assert job.runs == ["a"]
    assert "a" not in tasks


@pytest.mark.parametrize("times", [1, 2, 10])
async def test_a_key_woken_while_it_runs_runs_once_more(times):
    job = Job()
    tasks = OnePerKey(job, 5)
    tasks.wake("a")
    await settle()
    for _ in range(times):
        tasks.wake("a")
    job.gate.set()
    await settle()
    assert job.runs == ["a", "a"]
    assert "a" not in tasks


async def test_a_key_woken_as_its_job_ends_is_not_forgotten():
    runs = []
    tasks = None

    async def job(key):
        runs.append(key)
        if len(runs) < 4:
            tasks.wake(key)  # the last thing it does

    tasks = OnePerKey(job, 5)
    tasks.wake("a")
    await settle()
    await settle()
    assert runs == ["a"] * 4


async def test_different_keys_run_side_by_side_up_to_the_limit():
    job = Job()
    tasks = OnePerKey(job, 3)
    for key in "abcdef":
        tasks.wake(key)
    await settle()
    assert job.runs == ["a", "b", "c"]
    job.gate.set()
    await settle()
    assert sorted(job.runs) == list("abcdef")
    assert job.most == 3


async def test_a_job_that_fails_frees_its_key_and_its_place(caplog):
    failures = []

    async def job(key):
        failures.append(key)
        raise ZeroDivisionError

    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    tasks = OnePerKey(job, 1)
    tasks.wake("a")
    tasks.wake("a")
    tasks.wake("b")
    await settle()
    assert sorted(failures) == ["a", "a", "b"]
    assert "a" not in tasks
    assert "b" not in tasks


async def test_a_cancelled_job_frees_its_key():
    job = Job()
    tasks = OnePerKey(job, 1)
    tasks.wake("a")
    await settle()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await settle()
    assert "a" not in tasks
    job.gate.set()
    tasks.wake("a")
    await settle()
    assert job.runs == ["a", "a"]


async def test_draining_waits_for_what_runs():
    job = Job()
    tasks = OnePerKey(job, 5)
    tasks.wake("a")
    await settle()
    asyncio.get_running_loop().call_later(0.01, job.gate.set)
    await tasks.drain(5)
    assert job.running == set()


async def test_draining_gives_up_after_its_time():
    job = Job()
    tasks = OnePerKey(job, 5)
    tasks.wake("a")
    await tasks.drain(0.01)
    assert "a" in tasks
    job.gate.set()
    await settle()


async def test_draining_nothing_takes_no_time():
    await OnePerKey(Job(), 5).drain(100)
