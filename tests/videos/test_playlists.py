"""The playlists a player reads."""

from fractions import Fraction

from lms.videos.ladder import ladder
from lms.videos.playlists import (
    Cutting,
    Measured,
    Sheet,
    master_playlist,
    media_playlist,
    read_durations,
    thumbnails_vtt,
)


def test_each_window_names_its_key_once() -> None:
    text = media_playlist([6.0] * 7 + [2.5], Cutting(3, 18, 6), "/keys/abc")
    lines = text.splitlines()
    keys = [line for line in lines if line.startswith("#EXT-X-KEY")]
    assert keys == [f'#EXT-X-KEY:METHOD=AES-128,URI="/keys/abc/{n}"' for n in range(3)]
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert "#EXT-X-TARGETDURATION:6" in lines
    assert lines.index(keys[1]) == lines.index("00002.ts") + 1
    assert lines.index(keys[2]) == lines.index("00005.ts") + 1


def test_durations_are_read_as_they_are_written() -> None:
    durations = [6.0, 6.006, 0.75]
    assert read_durations(media_playlist(durations, Cutting(1, 30, 6), "/k")) == durations


def test_master_tells_size_bandwidth_and_codecs() -> None:
    measured = [Measured(r, 900_000, 700_000) for r in ladder(1280, 720, Fraction(25))]
    text = master_playlist(measured, 25.0, has_audio=True)
    assert (
        "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=700000,"
        'CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000\n720p/index.m3u8\n'
    ) in text
    assert "mp4a" not in master_playlist(measured, 25.0, has_audio=False)


def test_thumbnails_go_on_to_the_next_sheet() -> None:
    text = thumbnails_vtt(102, 1_015_000, 10, Sheet(160, 90))
    assert "00:00:10.000 --> 00:00:20.000\nsprite-1.jpg#xywh=160,0,160,90\n" in text
    assert "00:16:40.000 --> 00:16:50.000\nsprite-2.jpg#xywh=0,0,160,90\n" in text
    assert text.rstrip().endswith("00:16:50.000 --> 00:16:55.000\nsprite-2.jpg#xywh=160,0,160,90")


def test_thumbnails_name_no_picture_that_is_not_there() -> None:
    text = thumbnails_vtt(2, 60_000, 10, Sheet(160, 90))
    assert text.count("-->") == 2
