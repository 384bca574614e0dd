"""Virtual time. These tests also run inside real kernels: see test_in_kernels.py."""

import asyncio
import contextlib
import contextvars
import datetime
import gc
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from webcourse.lab.clock import BEGINNING, VirtualTimeError, script_time, virtual_time
from webcourse.lab.limits import TimeLimitExceeded, time_limit

from time import monotonic, perf_counter  # isort: skip  # after the kit, as in a notebook


@pytest.fixture
def clock():
    with virtual_time() as clock:
        yield clock


def real_monotonic():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


@dataclass
class Stamp:
    monotonic: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)


CLOCKS = {
    "time": lambda: time.time(),
    "monotonic": lambda: time.monotonic(),
    "perf_counter": lambda: time.perf_counter(),
    "time_ns": lambda: time.time_ns() / 1e9,
    "monotonic_ns": lambda: time.monotonic_ns() / 1e9,
    "perf_counter_ns": lambda: time.perf_counter_ns() / 1e9,
    "default factory, monotonic": lambda: Stamp().monotonic,
    "default factory, wall": lambda: Stamp().wall,
    "imported name monotonic": monotonic,
    "imported name perf_counter": perf_counter,
}


@pytest.mark.parametrize("now", CLOCKS.values(), ids=CLOCKS)
def test_a_sleep_moves_every_clock_by_its_length(clock, now):
    rng = random.Random(1)
    for _ in range(200):
        seconds = rng.choice([0.1, 0.01, 0.3, 1, rng.random(), rng.random() / 1000])
        before = now()
        time.sleep(seconds)
        assert seconds < now() - before < seconds + 1e-5


@pytest.mark.parametrize("now", CLOCKS.values(), ids=CLOCKS)
def test_an_awaited_sleep_moves_every_clock_by_its_length(clock, now):
    async def main():
        for seconds in (0.1, 0.01, 0.3, 1, 0.0005) * 20:
            before = now()
            await asyncio.sleep(seconds)
            assert seconds < now() - before < seconds + 5e-5

    asyncio.run(main())


def test_a_clock_never_shows_the_same_time_twice(clock):
    for now in CLOCKS.values():
        shown = [now() for _ in range(500)]
        assert all(a < b for a, b in zip(shown, shown[1:]))


def test_the_calendar_moves_too(clock):
    def calendar():
        utc = datetime.UTC
        return datetime.datetime.now(), datetime.datetime.now(utc), datetime.date.today(), time.gmtime()

    before = calendar()
    clock.advance(86_400 + 61)
    after = calendar()
    assert (after[0] - before[0]).total_seconds() == pytest.approx(86_461, abs=1e-3)
    assert (after[1] - before[1]).total_seconds() == pytest.approx(86_461, abs=1e-3)
    assert after[2] > before[2] and after[3] != before[3]


def test_the_time_of_day_may_be_chosen():
    with virtual_time(start=1_900_000_000):
        assert int(time.time()) == 1_900_000_000
        assert datetime.datetime.now(datetime.UTC).date() == datetime.date(2030, 3, 17)


def test_elapsed_comes_out_even(clock):
    async def main():
        for _ in range(100):
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert clock.elapsed == 1.0
    clock.advance(3600)
    assert clock.elapsed == 3601.0


def test_the_tools_of_asyncio_wait_in_virtual_time(clock):
    times = []

    async def main():
        semaphore, event = asyncio.Semaphore(3), asyncio.Event()
        queue = asyncio.Queue(1)

        async def job():
            async with semaphore:
                await asyncio.sleep(0.1)

        async with asyncio.TaskGroup() as group:
            for _ in range(9):
                group.create_task(job())
        times.append(clock.elapsed)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await asyncio.sleep(9)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(event.wait(), 0.5)
        times.append(clock.elapsed)
        asyncio.get_running_loop().call_later(0.25, event.set)
        await event.wait()
        times.append(clock.elapsed)

        async def produce():
            for n in range(3):
                await asyncio.sleep(0.1)
                await queue.put(n)

        producer = asyncio.create_task(produce())
        assert [await queue.get() for _ in range(3)] == [0, 1, 2]
        await producer
        times.append(clock.elapsed)

    asyncio.run(main())
    assert times == [0.3, 1.3, 1.55, 1.85]


def test_a_blocking_sleep_blocks_the_loop(clock):
    async def blocking():
        time.sleep(0.1)

    async def main():
        await asyncio.gather(*[blocking() for _ in range(5)])

    asyncio.run(main())
    assert clock.elapsed == 0.5


def test_threads_of_to_thread_overlap(clock):
    def work(seconds):
        time.sleep(seconds)
        return threading.get_ident()

    async def main():
        idents = await asyncio.gather(*[asyncio.to_thread(work, 0.2) for _ in range(5)])
        assert threading.get_ident() not in idents
        assert clock.elapsed == 0.2
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(work, 5), 1)
        with pytest.raises(TypeError):
            await asyncio.to_thread(work)

    asyncio.run(main())
    assert clock.elapsed == pytest.approx(1.2)


def test_a_thread_of_its_own_may_look_but_not_sleep(clock):
    with ThreadPoolExecutor(2) as pool:
        assert abs(pool.submit(time.monotonic).result() - time.monotonic()) < 1e-3
        with pytest.raises(VirtualTimeError, match="to_thread"):
            pool.submit(time.sleep, 0.1).result()


async def worker(queue):
    while True:
        await queue.get()


async def waits_for_a_task():
    await asyncio.create_task(worker(asyncio.Queue()))


async def waits_for_events():
    await asyncio.gather(*[asyncio.Event().wait() for _ in range(3)])


async def waits_for_a_lock():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


async def waits_in_a_group():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.Event().wait())


async def waits_for_a_future():
    await asyncio.get_running_loop().create_future()


ENDLESS = [
    waits_for_a_task,
    waits_for_events,
    waits_for_a_lock,
    waits_in_a_group,
    waits_for_a_future,
]


@pytest.mark.parametrize("main", ENDLESS)
def test_an_endless_wait_fails_at_once_and_names_the_place(main):
    pattern = rf"endless wait(.|\n)*{main.__name__}\(\) in line"
    with virtual_time(), pytest.raises(VirtualTimeError, match=pattern):
        asyncio.run(main())


async def polls():
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.1)


async def naps_and_swallows():
    while True:
        try:
            await asyncio.sleep(0.5)
        except BaseException:  # the misbehaviour under test
            pass


async def leaves_a_sleeper_behind():
    task = asyncio.create_task(naps_and_swallows())
    await asyncio.sleep(1)
    del task


async def spins():
    while True:
        await asyncio.sleep(0)


@pytest.mark.parametrize("main", [polls, naps_and_swallows, leaves_a_sleeper_behind, spins])
def test_a_budget_ends_what_sleeps_for_ever(main):
    with virtual_time(budget=20), pytest.raises(VirtualTimeError, match="after 20 virtual"):
        asyncio.run(main())
    assert time.monotonic() == pytest.approx(real_monotonic(), abs=1)


def test_the_budget_counts_blocking_sleeps_but_not_what_the_test_advances():
    with virtual_time() as clock:
        clock.advance(10_000)
        time.sleep(500)
        clock.advance(10_000)
        with pytest.raises(VirtualTimeError):
            while True:
                with contextlib.suppress(Exception):
                    time.sleep(1)


def test_what_asyncio_run_had_to_cancel_is_listed(clock):
    ends = []

    async def background():
        try:
            await asyncio.sleep(0.5)
            ends.append("finished")
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async def main():
        task = asyncio.create_task(background())
        await asyncio.sleep(0.1)
        return task

    asyncio.run(main())
    assert ends == ["cancelled"]
    assert [place.split(" in ")[0] for place in clock.unfinished] == ["background()"]
    clock.unfinished.clear()

    async def tidy():
        await asyncio.create_task(background())

    asyncio.run(tidy())
    assert ends[-1] == "finished" and clock.unfinished == []


def test_every_run_has_a_loop_of_its_own(clock):
    found = []

    async def main():
        found.append(asyncio.get_running_loop())

    asyncio.run(main())
    asyncio.run(main())
    assert found[0] is not found[1] and all(loop.is_closed() for loop in found)


def test_the_other_ways_to_run_a_loop(clock):
    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(5))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.sleep(5))
    loop.close()
    assert clock.elapsed == 10
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_event_loop()


def test_a_nested_run_is_refused_as_in_a_script(clock):
    async def main():
        inner = asyncio.sleep(1)
        with contextlib.closing(inner):
            asyncio.run(inner)

    with pytest.raises(RuntimeError, match="running event loop"):
        asyncio.run(main())


def test_async_generators_are_closed_on_the_virtual_loop(clock):
    closed = []

    async def stream():
        try:
            for n in range(9):
                await asyncio.sleep(0.1)
                yield n
        finally:
            await asyncio.sleep(0.1)
            closed.append(clock.elapsed)

    async def main():
        numbers = stream()
        await anext(numbers)
        del numbers
        gc.collect()
        await asyncio.sleep(1)

    asyncio.run(main())
    assert closed == [0.2]


def test_a_real_socket_is_refused(clock):
    async def main():
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        async with server:
            await asyncio.sleep(1)

    with pytest.raises(VirtualTimeError, match="network"):
        asyncio.run(main())


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, VirtualTimeError])
def test_real_time_comes_back_after_an_error(error):
    with pytest.raises(error), virtual_time() as clock:
        clock.advance(9999)
        raise error
    assert time.monotonic() == pytest.approx(real_monotonic(), abs=1)
    wall = time.clock_gettime(time.CLOCK_REALTIME)
    assert datetime.datetime.now().timestamp() == pytest.approx(wall, abs=1)


def test_not_twice_and_not_in_async_code():
    async def main():
        with virtual_time():
            pass

    with virtual_time(), pytest.raises(RuntimeError, match="already"), virtual_time():
        pass
    with script_time(), pytest.raises(RuntimeError, match="around"):
        asyncio.run(main())


def test_context_variables_reach_tasks_and_threads(clock):
    variable = contextvars.ContextVar("variable", default=0)
    variable.set(7)

    async def main():
        assert variable.get() == 7
        assert await asyncio.to_thread(variable.get) == 7

    asyncio.run(main())


def test_an_error_shows_the_code_and_not_asyncio(clock):
    async def main():
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(main())
    assert not [entry for entry in caught.traceback if "asyncio" in str(entry.path)]


def test_bad_sleeps_are_refused_and_short_ones_are_fine(clock):
    with pytest.raises(ValueError):
        time.sleep(-1)
    with pytest.raises(TypeError):
        time.sleep("1")
    time.sleep(0)
    asyncio.run(asyncio.sleep(-1))
    asyncio.run(asyncio.sleep(1e-9))


def test_busy_waiting_ends(clock):
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        pass

    async def main():
        task = asyncio.create_task(asyncio.sleep(0.02))
        while not task.done():
            await asyncio.sleep(0)

    asyncio.run(main())
    assert clock.elapsed == pytest.approx(0.12, abs=0.02)


def test_two_runs_of_the_same_program_are_alike():
    def program():
        rng, log = random.Random(5), []

        async def client(n):
            for _ in range(5):
                await asyncio.sleep(rng.random() / 10)
                log.append((n, clock.elapsed))

        async def main():
            await asyncio.gather(*[client(n) for n in range(20)])

        with virtual_time() as clock:
            asyncio.run(main())
            return log

    assert program() == program()


@pytest.mark.parametrize("look", [time.monotonic, time.perf_counter])
def test_a_block_begins_at_the_same_time_on_every_machine(look):
    """Rounding depends on the size of a float, and the order of two timers on rounding."""
    with virtual_time():
        assert look() == BEGINNING + 1e-6
    assert look() < BEGINNING  # time does not go backwards when a block begins


# ------------------------------------------------------------------ real time, as in a script


def test_script_time_cancels_what_is_left_over():
    ends = []

    async def background():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async def main():
        tasks = [asyncio.create_task(background())]
        await asyncio.sleep(0)
        return tasks

    with script_time() as realm:
        asyncio.run(main())
    assert ends == ["cancelled"] and len(realm.unfinished) == 1


def test_script_time_talks_to_real_sockets():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    async def main():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"hello\n")
            answered = await reader.readline()
            writer.close()
            return answered

    with script_time():
        assert asyncio.run(main()) == b"hello\n"


# ------------------------------------------------------------------ the limit on computing


def spin():
    while True:
        pass


def swallow_everything():
    while True:
        try:
            while True:
                pass
        except BaseException:  # the misbehaviour under test
            pass


def wait_on_a_lock():
    threading.Event().wait()


@pytest.mark.parametrize("endless", [spin, swallow_everything, wait_on_a_lock])
def test_what_never_ends_is_stopped(endless):
    with pytest.raises(TimeLimitExceeded), time_limit(0.1):
        endless()
    gc.collect()
    assert sum(range(1000)) == 499_500  # no trace function is left behind


def test_a_loop_that_spins_beside_another_task_is_stopped():
    async def main():
        task = asyncio.create_task(spins())
        await asyncio.sleep(400)
        return task

    with pytest.raises((TimeLimitExceeded, VirtualTimeError)), time_limit(0.3), virtual_time():
        asyncio.run(main())


def test_code_within_the_limit_is_left_alone():
    with time_limit(5):
        answer = sum(range(1000))
    assert answer == 499_500


def test_a_block_begins_with_the_genuine_asyncio():
    async def no_time(*_):
        pass

    genuine = asyncio.sleep
    asyncio.sleep = asyncio.tasks.sleep = no_time
    try:
        with virtual_time() as clock:
            asyncio.run(asyncio.sleep(1))
        assert clock.elapsed == 1
    finally:
        asyncio.sleep = asyncio.tasks.sleep = genuine
