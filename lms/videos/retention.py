"""Which files of films are still of use: somebody watches them, may watch, or may yet make them."""

import re
from collections.abc import Callable, Iterable

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from lms.core.db import db
from lms.upkeep.references import Reference, add_release, add_source
from lms.videos.models import IN_WORK, Subtitle, Upload, VersionVideo, Video, VideoState
from lms.videos.originals import original_path
from lms.videos.storage import (
    BUILDING,
    ORIGINALS,
    PACKAGES,
    PIECES,
    chunks_path,
    package_path,
    subtitle_path,
)

# A chosen poster lies in the package, and is of use only while a row names it.
_CHOSEN_POSTER = re.compile(r"poster-[0-9a-f]+\.jpg")
# Selects the ids of films, and the versions of their packages.
Holder = Callable[[], Select[int, int]]


def register(app: Flask) -> None:
    """Tell which files rows of films name, and let rows forget those of no use."""
    hold_videos(app, lambda: select(VersionVideo.video_id, VersionVideo.package_version))
    add_source(app, PACKAGES, kept_packages, named=_CHOSEN_POSTER)
    add_source(app, PIECES, kept_pieces)
    add_source(app, ORIGINALS, kept_originals)
    add_release(app, release)


def hold_videos(app: Flask, holder: Holder) -> None:
    """Let a feature keep films that `holder` selects, whatever becomes of them otherwise."""
    app.extensions.setdefault("video_holders", []).append(holder)


def _holders() -> list[Holder]:
    found: list[Holder] = current_app.extensions["video_holders"]
    return found


def _is_of_no_use() -> ColumnElement[bool]:
    """A film that was replaced, and that no version, no copy and nobody's progress refers to."""
    copy = aliased(Video)
    held = [holder().subquery() for holder in _holders()]
    return and_(
        Video.state == VideoState.REPLACED,
        ~exists().where(copy.shares_id == Video.id, copy.package_version > 0),
        *(Video.id.not_in(select(pairs.c[0])) for pairs in held),
    )


def kept_packages() -> Iterable[Reference]:
    """Packages with their posters, and subtitles."""
    package = aliased(Video)
    public_id = func.coalesce(package.public_id, Video.public_id)
    films = select(Video.id, public_id, Video.package_version, Video.poster_name)
    films = films.outerjoin(package, package.id == Video.shares_id)
    shown = films.where(Video.package_version > 0, ~_is_of_no_use())
    for video_id, name, version, poster in db.session.execute(shown):
        yield _package(video_id, name, version)
        yield Reference.to_file(f"{package_path(name, version)}/{poster}", f"video:{video_id}")
    for holder in _holders():
        pairs = holder().distinct().subquery()
        held = films.join(pairs, pairs.c[0] == Video.id).with_only_columns(
            Video.id, public_id, pairs.c[1]
        )
        for video_id, name, version in db.session.execute(held):
            yield _package(video_id, name, version)
    in_work = select(Video.public_id, Video.package_version, Video.id)
    for name, version, video_id in db.session.execute(in_work.where(Video.state.in_(IN_WORK))):
        yield Reference(package_path(name, version + 1), f"video:{video_id}", is_folder=True)
    # What attempts leave there is swept away by the hour.
    yield Reference(f"{PACKAGES}/{BUILDING}", "packaging", is_folder=True)
    for subtitle_id, name in db.session.execute(select(Subtitle.id, Subtitle.path)):
        yield Reference.to_file(subtitle_path(name), f"subtitle:{subtitle_id}")


def _package(video_id: int, public_id: str, version: int) -> Reference:
    folder = package_path(public_id, version)
    return Reference(folder, f"video:{video_id}", True, witness=f"{folder}/master.m3u8")


def kept_pieces() -> Iterable[Reference]:
    """Chunks of films that are being packaged."""
    query = select(Video.id, Video.public_id, Video.claim_token)
    for video_id, name, token in db.session.execute(query.where(Video.claim_token.is_not(None))):
        assert token is not None
        yield Reference(chunks_path(name, token), f"video:{video_id}", is_folder=True)


def kept_originals() -> Iterable[Reference]:
    """Originals, and uploads on their way."""
    query = select(Video.id, Video.original_path, Video.state)
    query = query.where(Video.original_path.is_not(None), ~_is_of_no_use())
    for video_id, path, state in db.session.execute(query):
        assert path is not None
        # Before it is packaged it may lie on the disk of another machine.
        is_packed = state in (VideoState.READY, VideoState.REPLACED)
        yield Reference(path, f"video:{video_id}", witness=path if is_packed else None)
    for upload_id, name in db.session.execute(select(Upload.id, Upload.public_id)):
        yield Reference(original_path(f"incoming/{name}"), f"upload:{upload_id}")


def release() -> int:
    """Let replaced films of no use forget their files, which count for their base no longer."""
    has_files = or_(Video.package_version > 0, Video.original_path.is_not(None))
    changed = db.session.execute(
        update(Video)
        .where(has_files, _is_of_no_use())
        .values(package_version=0, package_bytes=0, original_path=None)
        .returning(Video.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
