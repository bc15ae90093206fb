"""Where encoded packets go: into segments at once, or into pieces that are joined later.

All paths are relative to the working folder of the run.
"""

from collections.abc import Sequence
from typing import Any

import ffmpeg

from lms.videos.ladder import SOUND, Rendition
from lms.videos.parts import PIECE_ZERO_SECONDS
from lms.videos.plans import Plan

_SOUND_PIECE = "sound.ts"


def command_of(outputs: Sequence[Any], program: str, options: Sequence[str] = ()) -> list[str]:
    """The command line of all outputs, which tells how far it is and nothing else."""
    quiet = ("-nostdin", "-nostats", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.25")
    whole = ffmpeg.merge_outputs(*outputs).global_args(*quiet, *options).overwrite_output()
    return list(whole.compile(cmd=program))


def film_segments(wanted: Plan) -> str:
    """Every rendition with the sound, for the tee muxer."""
    sound = ",a" if wanted.facts.has_audio else ""
    return "|".join(
        _tee_slave(f"v\\:{number}{sound}", rendition, wanted)
        for number, rendition in enumerate(wanted.renditions)
    )


def picture_pieces(wanted: Plan) -> str:
    """Every rendition's stretch of pictures, for the tee muxer."""
    return "|".join(
        _piece(f"v\\:{number}", piece_name(rendition.name))
        for number, rendition in enumerate(wanted.renditions)
    )


def sound_segments(wanted: Plan) -> str:
    """The segments of a lesson of sound alone."""
    return _tee_slave("a", SOUND, wanted)


def sound_piece() -> str:
    """The sound for a film's pictures, which are encoded elsewhere."""
    return _piece("a", _SOUND_PIECE)


def piece_name(rendition: str) -> str:
    """The file that holds a stretch of the pictures of a rendition."""
    return f"{rendition}.ts"


def _piece(streams: str, name: str) -> str:
    return f"[f=mpegts:output_ts_offset={PIECE_ZERO_SECONDS}:select='{streams}']{name}"


def join_arguments(
    folders: Sequence[str], sound: str | None, wanted: Plan, program: str
) -> list[str]:
    """The command line that lays the pieces in `folders` and the sound in `sound` together.

    It writes the segments and playlists that ffmpeg_arguments writes for a whole film.
    """
    streams = [
        _opened_piece("|".join(f"{folder}/{piece_name(r.name)}" for folder in folders))["v:0"]
        for r in wanted.renditions
    ]
    if sound is not None:
        streams.append(_opened_piece(f"{sound}/{_SOUND_PIECE}")["a:0"])
    output = ffmpeg.output(
        *streams, film_segments(wanted), format="tee", c="copy", map_metadata=-1, map_chapters=-1
    )
    return command_of([output], program, ("-copyts",))


def _opened_piece(names: str) -> Any:
    return ffmpeg.input(
        f"concat:{names}",
        protocol_whitelist="file,concat",
        format_whitelist="mpegts",
        itsoffset=-PIECE_ZERO_SECONDS,
    )


def _tee_slave(streams: str, rendition: Rendition, wanted: Plan) -> str:
    options = (
        f"f=hls:hls_time={wanted.segment_seconds}:hls_playlist_type=vod:hls_list_size=0:"
        f"hls_segment_filename={rendition.name}/%05d.ts:select='{streams}'"
    )
    return f"[{options}]{rendition.name}/index.m3u8"
