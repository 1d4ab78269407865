"""The bridge between threads: work runs on its own thread, results arrive on the main thread and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.tasks import Job, Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


def here() -> str:
    return threading.current_thread().name


class Plain:
    """A receiver that Qt knows nothing of: a callback like this would run in a worker without the bridge."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, object]] = []

    def take(self, result: object) -> None:
        self.seen.append((here(), result))


@pytest.mark.parametrize("lane", ["run", "net"])
def test_work_runs_on_its_thread_and_results_arrive_on_the_main_thread(qtbot: QtBot, tasks: Tasks, lane: str) -> None:
    plain = Plain()
    start = getattr(tasks, lane)
    start(here, plain.take)
    start(here, lambda result: plain.seen.append((here(), result)))
    start(here, partial(Plain.take, plain))
    qtbot.waitUntil(lambda: len(plain.seen) == 3)
    assert plain.seen == [(threading.main_thread().name, "store" if lane == "run" else "net")] * 3


def test_one_thing_after_another_in_the_order_asked(qtbot: QtBot, tasks: Tasks) -> None:
    order: list[int] = []
    seen: list[int] = []
    for number in range(50):
        tasks.run(lambda number=number: order.append(number), lambda _none, number=number: seen.append(number))
    qtbot.waitUntil(lambda: len(seen) == 50)
    assert order == seen == list(range(50))


def test_a_failure_is_told_on_the_main_thread(qtbot: QtBot, tasks: Tasks) -> None:
    plain = Plain()
    wrong = ValueError("no")

    def work() -> None:
        raise wrong

    tasks.run(work, plain.take, plain.take)
    qtbot.waitUntil(lambda: bool(plain.seen))
    assert plain.seen == [(threading.main_thread().name, wrong)]


def test_a_failure_that_nobody_takes_reaches_the_crash_path(qtbot: QtBot, tasks: Tasks) -> None:
    def work() -> None:
        raise LookupError("a fault of ours")

    with qtbot.captureExceptions() as caught:
        tasks.run(work, lambda _none: None)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is LookupError


def test_a_cancelled_job_that_has_not_begun_is_skipped(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    did: list[str] = []
    done: list[object] = []
    tasks.run(gate.wait, done.append)
    job = tasks.run(lambda: did.append("cancelled"), done.append)
    job.cancel()
    gate.set()
    tasks.run(lambda: did.append("after"), done.append)
    qtbot.waitUntil(lambda: len(done) == 2)
    assert did == ["after"]
    assert job.cancelled


def test_work_under_way_can_read_its_own_flag(qtbot: QtBot, tasks: Tasks) -> None:
    job = Job()
    started, stopped = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        while not job.cancelled:
            pass
        stopped.set()

    tasks.net(work, lambda _none: pytest.fail("a cancelled job must not deliver"), job=job)
    assert started.wait(10)
    job.cancel()
    assert stopped.wait(10)
    qtbot.waitUntil(lambda: not tasks.busy)


def test_a_slow_disk_holds_up_neither_the_store_nor_the_net_nor_the_lock(qtbot: QtBot, tasks: Tasks) -> None:
    gate, begun = threading.Event(), threading.Event()
    done: list[str] = []
    job = Job()

    def slow() -> str:
        begun.set()
        gate.wait(20)
        return "disk"

    tasks.disk(slow, done.append, job=job)
    assert begun.wait(10)
    tasks.run(lambda: "store", done.append)
    tasks.net(lambda: "net", done.append)
    qtbot.waitUntil(lambda: sorted(done) == ["net", "store"])
    assert tasks.finish() == ()
    assert job.cancelled, "it is asked to stop, and nobody waits for it"
    gate.set()
    after: list[str] = []
    tasks.disk(lambda: "after", after.append)
    qtbot.waitUntil(lambda: after == ["after"])
    assert sorted(done) == ["net", "store"], "what was given up is told to nobody"


def test_nothing_of_one_session_is_delivered_into_the_next(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    seen: list[object] = []
    tasks.run(gate.wait, lambda _done: seen.append("old"))
    tasks.forget()
    gate.set()
    tasks.run(lambda: "new", seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["new"]


def test_what_was_handed_to_the_store_is_done_though_nobody_hears_of_it_any_more(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    did: list[str] = []
    seen: list[object] = []
    tasks.run(gate.wait, seen.append)
    tasks.run(lambda: did.append("saved"), seen.append, seen.append)
    tasks.forget()
    gate.set()
    tasks.on_store(lambda: did.append("closed"))
    assert did == ["saved", "closed"]
    tasks.run(lambda: "next", seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["next"]


def test_finishing_waits_for_all_of_it_and_says_what_failed(qtbot: QtBot, tasks: Tasks) -> None:
    started, gate = threading.Event(), threading.Event()
    did: list[str] = []
    wrong = OSError("the disk is full")

    def refuse() -> None:
        raise wrong

    def first() -> None:
        started.set()
        assert gate.wait(10)

    for work in (first, refuse, lambda: did.append("saved")):
        tasks.run(work, lambda _none: pytest.fail("told"), lambda _exc: pytest.fail("told"))
    assert started.wait(10)
    threading.Timer(0.05, gate.set).start()
    assert tasks.finish() == (wrong,)
    assert did == ["saved"]
    assert tasks.finish() == ()


def test_finishing_never_waits_for_the_network(qtbot: QtBot, tasks: Tasks) -> None:
    job, started, gate = Job(), threading.Event(), threading.Event()
    did: list[str] = []

    def line() -> None:
        started.set()
        assert gate.wait(10)

    tasks.net(line, lambda _none: pytest.fail("told"), job=job)
    tasks.net(lambda: did.append("sent"), lambda _none: pytest.fail("told"))
    assert started.wait(10)
    assert tasks.finish() == ()
    assert job.cancelled, "the exchange under way is asked to stop"
    gate.set()
    seen: list[str] = []
    tasks.net(lambda: "next", seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert did == [], "and one that has not begun never does"


def test_a_deleted_screen_hears_nothing(qtbot: QtBot, tasks: Tasks) -> None:
    screen = QObject()
    seen: list[object] = []
    gate = threading.Event()
    tasks.run(gate.wait, seen.append, owner=screen)
    screen.deleteLater()
    qtbot.waitSignal(screen.destroyed).wait()
    gate.set()
    tasks.run(lambda: "end", seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["end"]


def test_the_net_thread_records_through_the_store_thread(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[object] = []
    tasks.net(lambda: (here(), tasks.on_store(here)), seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("net", "store")]


def test_a_store_step_that_fails_raises_where_it_was_asked_for(qtbot: QtBot, tasks: Tasks) -> None:
    def wrong() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        tasks.on_store(wrong)
    assert tasks.on_store(lambda: tasks.on_store(here)) == "store", "a step may ask for another on the same thread"


def test_progress_arrives_on_the_main_thread(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[str] = []
    tasks.net(lambda: tasks.post(lambda: seen.append(here())), lambda _none: None)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [threading.main_thread().name]


def test_closing_waits_for_what_was_handed_over(qtbot: QtBot) -> None:
    made = Tasks()
    started, gate, committed = threading.Event(), threading.Event(), []

    def transaction() -> None:
        started.set()
        gate.wait(10)
        committed.append(True)

    made.run(transaction, lambda _none: pytest.fail("closed before"))
    made.run(lambda: committed.append(True), lambda _none: pytest.fail("closed before"))
    assert started.wait(10)
    threading.Timer(0.05, gate.set).start()
    made.close()
    assert committed == [True, True], "and for what was waiting behind it"
    with pytest.raises(RuntimeError):
        made.on_store(here)
    with pytest.raises(RuntimeError):
        made.run(here, lambda _name: None)


def test_the_net_thread_is_refused_and_not_left_waiting_after_closing(qtbot: QtBot) -> None:
    made = Tasks()
    started, gate, ended = threading.Event(), threading.Event(), threading.Event()
    seen: list[BaseException] = []

    def late() -> None:
        started.set()
        assert gate.wait(10)
        try:
            made.on_store(here)
        except RuntimeError as refusal:
            seen.append(refusal)
        ended.set()

    made.net(late, lambda _none: pytest.fail("told"))
    made.on_store(here)
    assert started.wait(10)
    made.close()
    gate.set()
    assert ended.wait(10)
    assert len(seen) == 1


def test_pictures_do_the_work_on_the_main_thread_but_later(qtbot: QtBot) -> None:
    made = Tasks(here=True)
    seen: list[str] = []
    made.run(here, seen.append)
    assert seen == [], "a page may still be setting itself up when it asks"
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [threading.main_thread().name]
    assert made.on_store(here) == threading.main_thread().name
    made.close()
