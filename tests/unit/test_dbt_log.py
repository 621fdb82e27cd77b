"""dbt's logs: an event is worded only for those whose level takes it."""

from types import SimpleNamespace
from unittest.mock import patch

from dbt_common.events.base_types import EventLevel

from pipelines.publishing import dbt_connection


def test_a_log_hears_its_level_and_above_and_what_is_printed():
    asked = []

    def taken(message) -> bool:
        asked.append(message.info.name)
        return message.info.name != "CacheAction"

    log = SimpleNamespace(filter=taken, level=EventLevel.INFO)
    with patch.object(dbt_connection, "get_event_manager", lambda: SimpleNamespace(loggers=[log])):
        dbt_connection.hear_levels()
        dbt_connection.hear_levels()

    def heard(name: str, level: str) -> bool:
        return log.filter(SimpleNamespace(info=SimpleNamespace(name=name, level=level)))

    assert [heard("SQLQuery", "debug"), heard("LogTestResult", "info"), heard("LogTestResult", "error")] == [
        False,
        True,
        True,
    ]
    assert heard("PrintEvent", "debug")
    assert heard("SQLQuery", "of another dbt")
    assert not heard("CacheAction", "error")
    assert asked == ["LogTestResult", "LogTestResult", "PrintEvent", "SQLQuery", "CacheAction"]
