"""The bench of importers: its archives hold what they say, and its figures come from runs."""

import pytest

from bench.importing import PEERS, imported, measure, parsed
from bench.importing_data import GENERATORS

FIELDS = {
    "format", "mb", "messages", "interactions", "people", "resolved", "unresolved", "skipped", "seconds", "cpu_seconds",
    "peak_mb", "parse_cpu_seconds", "parse_peak_mb", "speed",
}  # fmt: skip


@pytest.mark.parametrize("network", sorted(GENERATORS))
def test_an_archive_of_so_many_interactions_gives_them_and_its_peer_parses_it(network, tmp_path):
    GENERATORS[network](tmp_path, 400)
    found = imported(network, tmp_path)
    assert (found["interactions"], found["resolved"], found["unresolved"], found["skipped"]) == (400, 400, 0, 0)
    assert found["people"] > 100
    assert parsed(network, tmp_path)["values"] > 0


def test_every_peer_has_an_archive_made_for_it():
    assert set(PEERS) == set(GENERATORS)


def test_the_report_has_every_figure(tmp_path):
    GENERATORS["bluesky"](tmp_path, 200)
    report = measure("bluesky", tmp_path)
    assert set(report) == FIELDS
    assert report["peak_mb"] > 10 and report["speed"] > 0
