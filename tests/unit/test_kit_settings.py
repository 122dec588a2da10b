"""Settings come from the environment, and everything wrong with them is told at once."""

from pathlib import Path

import pytest

from services.kit.settings import ServiceSettings, load


def test_every_missing_and_wrong_setting_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HALLWAY_DATABASE_URL", "HALLWAY_KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HALLWAY_DATABASE_POOL", "secret-many")
    with pytest.raises(SystemExit) as ended:
        load(ServiceSettings)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert "3 setting(s) to mend" in told
    assert "HALLWAY_DATABASE_URL" in told
    assert "HALLWAY_KAFKA_BOOTSTRAP" in told
    assert "HALLWAY_DATABASE_POOL" in told
    assert "secret-many" not in told


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLWAY_DATABASE_URL", "postgresql://here/db")
    monkeypatch.setenv("HALLWAY_KAFKA_BOOTSTRAP", "localhost:9092")
    monkeypatch.setenv("HALLWAY_KAFKA_IDEMPOTENCE", "false")
    settings = load(ServiceSettings)
    assert (settings.database_url, settings.kafka_bootstrap) == ("postgresql://here/db", "localhost:9092")
    assert settings.kafka_idempotence is False


def test_a_secret_is_read_from_a_file_unless_the_environment_has_it_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "hallway_database_url").write_text("postgresql://me:hidden@here/db\n")
    (tmp_path / "hallway_kafka_bootstrap").write_text("file:9092")
    monkeypatch.delenv("HALLWAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("HALLWAY_KAFKA_BOOTSTRAP", "environment:9092")
    monkeypatch.setenv("HALLWAY_SECRETS_DIR", str(tmp_path))
    settings = load(ServiceSettings)
    assert settings.database_url == "postgresql://me:hidden@here/db"
    assert settings.kafka_bootstrap == "environment:9092"
    assert "hidden" not in repr(settings)
