"""A worker to be killed: `python -m tests.videos.packager VIDEO [CHUNK]` tells its per cent."""

import os
import sys

from lms.config import load_settings
from lms.factory import create_app
from lms.videos.chunk_tasks import work_at
from lms.videos.tasks import package_video_now


def tell(percent: int) -> None:
    sys.stdout.write(f"{percent}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    with create_app(load_settings(dict(os.environ))).app_context():
        work = work_at if len(numbers) > 1 else package_video_now
        work(*numbers, tell)
