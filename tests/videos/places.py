"""Where files of films lie on the disk of a test."""

from pathlib import Path

from lms.videos.storage import hls_folder


def package_folder(public_id: str, version: int) -> Path:
    return hls_folder() / public_id / str(version)
