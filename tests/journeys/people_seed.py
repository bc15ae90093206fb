"""Fills a new installation with the people of the demonstration and nothing else.

Run as `python -m tests.journeys.people_seed` in the installation's environment.
"""

from flask_migrate import upgrade

from lms.core.db import transaction
from lms.demo_people import load_people
from lms.factory import create_app
from tests.quick_passwords import quick_passwords

if __name__ == "__main__":
    with create_app().app_context(), quick_passwords():
        upgrade()
        with transaction():
            load_people()
