"""The chaos harness's own parts: standing still at a point, what was told of sessions, the report over all runs."""

import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

from hallway.scheduling.v1.scheduling_pb2 import SESSION_STATE_CANCELLED, SESSION_STATE_SCHEDULED, Session

from tests.chaos import report
from tests.chaos.checks import session_replies
from tests.chaos.points import stopped
from tests.chaos.read import gave_up

STANDING = """
from services.kit import failpoint
from tests.chaos.launch import stand_still_at
stand_still_at("here")
failpoint.reach("there")
print("passed", flush=True)
failpoint.reach("here")
failpoint.reach("here")
print("woke up", flush=True)
"""


def test_a_process_stands_still_once_at_the_point_it_was_given() -> None:
    process = subprocess.Popen([sys.executable, "-c", STANDING], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout
        assert process.stdout.readline() == "passed\n"
        while not stopped(process.pid):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGCONT)
        assert process.stdout.readline() == "woke up\n"
    assert not stopped(process.pid)


async def test_a_session_reply_that_was_told_to_nobody_is_lost_by_either_way() -> None:
    told = Session(id="s", state=SESSION_STATE_SCHEDULED, calendar_sequence=0)
    other = Session(id="s", state=SESSION_STATE_CANCELLED, calendar_sequence=1)
    event = SimpleNamespace(key="s", message=SimpleNamespace(session=told))
    shown: dict[str, Any] = {"id": "s", "state": "scheduled", "calendar_sequence": 0, "reason": ""}

    async def lost(*, sessions: list[Session], shown: list[dict[str, Any]]) -> list[str]:
        clients = [SimpleNamespace(sessions=sessions, shown=shown)]
        evidence: Any = SimpleNamespace(topics=SimpleNamespace(of=lambda topic: [event]), clients=clients)
        return [finding.what for finding in await session_replies(evidence)]

    assert await lost(sessions=[told], shown=[shown]) == []
    assert await lost(sessions=[other], shown=[shown | {"state": "held"}]) == [
        "session s was acknowledged as ('cancelled', 1, ''), never told",
        "session s was acknowledged as ('held', 0, ''), never told",
    ]


def test_a_part_that_gives_up_is_found_and_one_that_hears_nothing_is_not() -> None:
    wrong = "10:00:02 solver-2 solver stops to be started anew: solver stopped: TypeError"
    fine = "10:00:01 attendee  attendee stops to be started anew: relay: no round for 61 s"
    assert gave_up(f"10:00:00 hallway FAULT pause portal\n{fine}\n{wrong}\n10:00:03 attendee attendee stopped\n") == [
        wrong
    ]


def row(fault: str, injected: int, acknowledged: int, lost: int = 0) -> dict[str, Any]:
    return {"fault": fault, "injected": injected, "acknowledged": acknowledged, "lost": lost, "doubled": 0, "wrong": 0}


def test_the_report_adds_up_runs_by_kind_of_fault() -> None:
    first = {
        "skipped": {"pause portal-2": ["it did not run"]},
        "rows": [row("pause portal", 1, 10), row("pause portal-2", 2, 5), row("pause portal + poison", 0, 7)],
        "recovery": {"pause portal": [1.0], "pause portal-2": [4.0, 2.0]},
    }
    second = {
        "skipped": {},
        "rows": [row("pause ledger", 1, 1, lost=3), row("poison", 2, 0)],
        "recovery": {"poison": [9.0]},
    }
    assert report.rows([first, second]) == [
        ["pause a service", "3", "23", "3", "0", "0", "2.0, 4.0"],
        ["poison", "2", "7", "0", "0", "0", "9.0, 9.0"],
    ]
