"""When somebody can meet, told on their pages: what is sent to scheduling, shown again, and refused."""

import pytest

from tests.component.portal_stage import interval, raise_stage

ME = "/c/northcamp/me"
BUDGET = {"budget": "3", "times_shown": "1"}


@pytest.fixture
async def stage(database):
    stage, server, clients = await raise_stage((await database("portal")).pool)
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


def told(stage):
    """The intervals of the last command, in UTC; Madrid is two hours ahead."""
    return [(i.starts_at.ToJsonString()[:16], i.ends_at.ToJsonString()[:16]) for i in stage.scheduling.calls[-1].free]


async def test_parts_of_days_are_sent_as_the_hours_they_stand_for_and_shown_again(stage):
    await stage.enter()
    page = (await stage.browser.get(f"{ME}/steps/3")).text
    assert page.count('name="free"') == 6  # two days
    assert page.count("checked") == 6  # nothing said: always
    parts = ["2026-05-14-morning", "2026-05-14-afternoon", "2026-05-15-evening"]
    await stage.post(f"{ME}/steps/3", f"{ME}/steps/3", BUDGET | {"free": parts, "most_a_day": "2", "quiet": "1"})
    assert told(stage) == [("2026-05-14T02:00", "2026-05-14T15:00"), ("2026-05-15T15:00", "2026-05-16T02:00")]
    wishes = stage.scheduling.calls[-1].wishes
    assert (wishes.most_a_day, wishes.quiet, wishes.step_free, list(wishes.starred)) == (2, True, False, [])
    page = (await stage.browser.get(f"{ME}/profile")).text
    assert [part for part in parts if f'value="{part}" checked' in page] == parts
    assert 'value="2026-05-15-morning" checked' not in page


async def test_all_parts_mean_always_and_none_is_refused(stage):
    await stage.enter()
    every = [f"2026-05-{day}-{part}" for day in (14, 15) for part in ("morning", "afternoon", "evening")]
    await stage.post(f"{ME}/steps/3", f"{ME}/steps/3", BUDGET | {"free": every})
    assert told(stage) == []
    sent = len(stage.scheduling.calls)
    refused = await stage.post(f"{ME}/steps/3", f"{ME}/steps/3", BUDGET)
    assert refused.status_code == 422
    assert "Choose at least one time" in refused.text
    wrong = await stage.post(f"{ME}/steps/3", f"{ME}/steps/3", BUDGET | {"free": every, "most_a_day": "-1"})
    assert wrong.status_code == 422
    assert len(stage.scheduling.calls) == sent


async def test_finer_hours_told_elsewhere_stay_until_parts_are_chosen_anew(stage):
    stage.scheduling.free = [interval(2)]
    await stage.enter()
    page = (await stage.browser.get(f"{ME}/profile")).text
    assert "You told finer hours elsewhere" in page
    stage.scheduling.free = [interval(2), *_whole_first_afternoon()]
    await stage.post(f"{ME}/profile", f"{ME}/profile", BUDGET | {"free": ["2026-05-14-afternoon"]})
    assert told(stage) == [("2026-05-14T11:00", "2026-05-14T11:30"), ("2026-05-14T10:00", "2026-05-14T15:00")]


def _whole_first_afternoon():
    afternoon = interval(1)
    afternoon.ends_at.FromJsonString("2026-05-14T15:00:00Z")
    return [afternoon]


async def test_talks_are_starred_and_only_those_there_are(stage):
    await stage.enter()
    assert (
        "Typing at scale (Thursday 14 May, 14:00 to 14:30 · Main hall)"
        in (await stage.browser.get(f"{ME}/profile")).text
    )
    form = BUDGET | {"free": "2026-05-14-morning", "talks_shown": "1", "starred": ["t1", "unknown"]}
    await stage.post(f"{ME}/profile", f"{ME}/profile", form)
    assert list(stage.scheduling.calls[-1].wishes.starred) == ["t1"]
    await stage.post(f"{ME}/steps/3", f"{ME}/steps/3", BUDGET | {"free": "2026-05-14-morning"})
    assert list(stage.scheduling.calls[-1].wishes.starred) == ["t1"]  # not asked, so not taken away


async def test_a_profile_can_be_saved_while_scheduling_is_away(stage):
    stage.scheduling.away = True
    await stage.enter()
    page = (await stage.browser.get(f"{ME}/profile")).text
    assert "When you can meet" not in page
    answer = await stage.post(f"{ME}/profile", f"{ME}/profile", {"budget": "4"})
    assert answer.headers["location"] == f"{ME}/profile?done=saved"
    assert stage.scheduling.calls == []
