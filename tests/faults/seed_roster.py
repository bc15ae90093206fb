"""A roster for one fault: `python -m tests.faults.seed_roster upload COUNT`, then `confirm`.

It prints the id of the import.
"""

import sys

from lms.core.db import Base, db, transaction
from lms.core.permissions import Role
from lms.demo_people import ENTERPRISE, load_people
from lms.factory import create_app
from lms.organizations.models import Organization
from lms.roster.models import RosterImport
from lms.roster.operations import request_apply, upload_roster
from tests.quick_passwords import quick_passwords
from tests.roster.support import csv_file, row


def upload(count: str) -> int:
    """A manager uploads so many people; a worker is to find the file by itself."""
    Base.metadata.create_all(db.engine)
    with transaction():
        manager = load_people()["unit"]
        assert manager.posts[0].role is Role.UNIT_MANAGER
        assert manager.posts[0].organization == _enterprise()
        content = csv_file([row(n) for n in range(int(count))])
        return upload_roster(manager, content, "名单.csv").id


def _enterprise() -> Organization:
    return db.session.query(Organization).filter_by(name=ENTERPRISE).one()


def confirm() -> int:
    """The manager confirms what was checked."""
    with transaction():
        roster = db.session.query(RosterImport).one()
        request_apply(roster.uploader, roster, roster.checks)
        # As if the broker had lost it: the sweep finds it.
        roster.queued_at = None
        return roster.id


if __name__ == "__main__":
    with create_app().app_context(), quick_passwords():
        made = {"upload": upload, "confirm": confirm}[sys.argv[1]](*sys.argv[2:])
        sys.stdout.write(f"{made}\n")
