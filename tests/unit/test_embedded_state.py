"""The state folder, its ports and its refusals."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.options import Options
from embedded.problem import Problem
from embedded.state import State


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.opened():
        first = state.secrets()
    with state.opened():
        assert state.secrets() == first
    assert sorted(first) == ["bootstrap_token", "database_password", "secret_key"]
    assert len(set(first.values())) == 3
    assert (tmp_path / "state" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_ports_are_remembered(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.opened():
        first = state.ports(["postgres", "kafka"], pytest.fail)
        assert state.ports(["postgres", "kafka"], pytest.fail) == first
    assert len(set(first.values())) == 2


def test_a_remembered_port_that_is_taken_is_replaced_and_that_is_said(tmp_path: Path, taken: int) -> None:
    state, lines = State(tmp_path / "state"), list[str]()
    with state.opened():
        (tmp_path / "state" / "ports.json").write_text(json.dumps({"kafka": taken}))
        chosen = state.ports(["kafka"], lines.append)
        assert lines == [f"port {taken} of kafka is taken; using {chosen['kafka']} from now on"]
        assert state.ports(["kafka"], pytest.fail) == chosen


def test_a_broken_ports_file_is_made_anew(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.opened():
        (tmp_path / "state" / "ports.json").write_text("{")
        assert list(state.ports(["kafka"], pytest.fail)) == ["kafka"]


def test_a_taken_portal_port_is_named_with_two_ways_to_choose_another(tmp_path: Path, taken: int) -> None:
    state = State(tmp_path / "state")
    expected = f"port {taken} of 127.0.0.1 is taken .* --port [0-9]+ or HALLWAY_PORT=[0-9]+"
    with state.opened(), pytest.raises(Problem, match=expected):
        state.portal_port(taken, "127.0.0.1")


def test_a_second_hallway_in_the_same_folder_is_told_the_first_ones_process(tmp_path: Path) -> None:
    import os

    expected = f"Hallway already runs in {tmp_path}/state as process {os.getpid()}; "
    state = State(tmp_path / "state")
    with state.opened():
        with pytest.raises(Problem, match=expected), State(tmp_path / "state").opened():
            pass
        with pytest.raises(Problem, match=expected):
            State(tmp_path / "state").remove()
    assert (tmp_path / "state" / "hallway-state").exists()


def test_a_folder_that_is_not_ours_is_neither_used_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(Problem, match="holds files that are not Hallway's"):
        State(tmp_path).remove()
    with pytest.raises(Problem, match="holds files that are not Hallway's"), State(tmp_path).opened():
        pass
    assert (tmp_path / "thesis.tex").exists()


def test_reset_removes_the_folder_and_says_when_there_was_none(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.opened():
        state.secrets()
    assert state.remove() is True
    assert not (tmp_path / "state").exists()
    assert state.remove() is False


def test_listening_to_others_needs_the_address_they_see() -> None:
    with pytest.raises(Problem, match="--public-url or HALLWAY_PUBLIC_URL"):
        Options(host="0.0.0.0")
    assert Options(host="0.0.0.0", public_url="https://h.example.org/").url(80) == "https://h.example.org"
    assert Options().url(8080) == "http://127.0.0.1:8080"


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "²"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("HALLWAY_PORT", port)
    with pytest.raises(Problem, match="give a number from 1 to 65535"):
        Options.from_environment()
