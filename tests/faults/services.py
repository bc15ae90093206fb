"""A platform and a bank apart: two installations that know each other's keys."""

from pathlib import Path

from tests.journeys.system import System


def introduce(platform: System, bank: System) -> None:
    """Exchange the keys as two operators do, by the commands."""
    key = bank.folder / "platform.pub.pem"
    key.write_text(_flask(platform, "platform-key"))
    pin(platform, _flask(bank, "register-platform", "local", str(key)))


def pin(platform: System, bank_pem: str) -> None:
    """Let the platform trust the receipts of this key."""
    path = platform.folder / "bank.pub.pem"
    path.write_text(bank_pem)
    _flask(platform, "pin-bank-key", str(path))


def _flask(system: System, *arguments: str) -> str:
    return system.run_module("flask", "--app", "app", *arguments)


def make_tables(system: System) -> None:
    """As an operator does before the first start."""
    _flask(system, "db", "upgrade")


def verified_log(bank: System) -> str:
    return _flask(bank, "bank", "verify-log")


def reconcile(platform: System, day: str) -> str:
    """What the command says of a day on which both sides agree; fails the test if they do not."""
    return _flask(platform, "reconcile-hours", "--day", day)


def disagreement(platform: System, day: str) -> str:
    """What the command says of a day on which they do not; it ends with status 1."""
    Path(platform.folder / "flask.log").unlink(missing_ok=True)
    platform.start_module("flask", "--app", "app", "reconcile-hours", "--day", day)
    status = platform.processes.pop("flask").wait(60)
    assert status == 1, platform.log("flask")
    return platform.log("flask")
