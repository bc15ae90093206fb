"""kill -9 of the worker in the middle of a roster: checked whole, applied whole or not at all."""

from tests.journeys.system import System, wait_until

COUNT = 10_000
STALE_SECONDS = 4


def _state(system: System) -> str:
    return str(system.value("SELECT state FROM roster_imports"))


def _is_half_checked(system: System) -> bool:
    staged = system.value("SELECT count(*) FROM roster_rows")
    return _state(system) == "checking" and 1000 <= staged < COUNT


def _imported(system: System) -> int:
    return int(
        system.value(
            "SELECT count(*) FROM people p JOIN employments e ON e.person_id = p.id "
            "WHERE p.email LIKE 'p%@example.com' AND e.ended_on IS NULL"
        )
    )


def test_a_roster_is_whole_after_its_worker_was_killed_twice(new_system):
    system = new_system(roster_stale_seconds=STALE_SECONDS)
    system.run_module("tests.faults.seed_roster", "upload", str(COUNT))
    system.start("worker", "beat")
    wait_until(lambda: _is_half_checked(system), "half of the roster is checked", 120)
    system.kill("worker")
    assert _state(system) == "checking"
    assert system.value("SELECT count(*) FROM roster_rows") < COUNT
    percent = system.value("SELECT progress_percent FROM roster_imports")

    system.start("worker")
    wait_until(lambda: _state(system) == "checked", "the roster is checked", 120)
    found = system.rows("SELECT new_count, refused_count, progress_percent FROM roster_imports")
    assert [tuple(each.values()) for each in found] == [(COUNT, 0, 100)]
    assert percent <= 100
    assert system.value("SELECT count(*) FROM roster_rows") == COUNT

    system.run_module("tests.faults.seed_roster", "confirm")
    wait_until(lambda: _state(system) in ("applying", "applied"), "the roster is applied", 120)
    system.kill("worker")
    # Either nothing of it is written, or all.
    assert _imported(system) == (COUNT if _state(system) == "applied" else 0)

    system.start("worker")
    wait_until(lambda: _state(system) == "applied", "the roster is applied", 120)
    assert _imported(system) == COUNT
    created = "SELECT count(*) FROM audit_events WHERE tag = 'accounts:person:create'"
    assert system.value(f"{created} AND CAST(detail AS TEXT) LIKE '%roster%'") == COUNT
    wait_until(
        lambda: system.value("SELECT count(*) FROM roster_rows") == 0, "it is cleared away", 60
    )
