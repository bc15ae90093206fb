"""Delivers whatever is due, over and over, until it is killed: `python -m tests.faults.sender`.

What it does is the worker's task; it starts in a fraction of the time, to be killed more often.
"""

import time

from lms.factory import create_app
from lms.hours.tasks import deliver_due

if __name__ == "__main__":
    with create_app().app_context():
        while True:
            deliver_due.run()
            time.sleep(0.02)
