import asyncio
import threading

import pytest

from bot.threads import off_loop


async def test_the_result_comes_from_another_thread() -> None:
    assert await off_loop(threading.get_ident) != threading.get_ident()


async def test_arguments_and_errors_pass() -> None:
    assert await off_loop(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await off_loop(divmod, 1, 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_what_has_begun_is_finished_though_its_waiter_is_cancelled(fails: bool, caplog: pytest.LogCaptureFixture) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(5)
        done.set()
        if fails:
            raise ValueError

    waiting = asyncio.create_task(off_loop(work))
    while not begun.is_set():
        await asyncio.sleep(0.001)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await asyncio.to_thread(done.wait, 5)
    await asyncio.sleep(0.01)
    assert not caplog.records  # no "exception was never retrieved"


def test_a_loop_that_is_closed_waits_for_nothing() -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(5)
        done.set()

    async def leave() -> None:
        task = asyncio.create_task(off_loop(work))
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(leave())
    go_on.set()
    assert done.wait(5)
