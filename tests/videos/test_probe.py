"""What is refused, with which reason, and what is seen in a usable film."""

from pathlib import Path

import pytest

from lms.videos.faults import ProbeError, VideoFault
from lms.videos.probe import probe
from lms.videos.streams import VideoFacts
from tests.videos.conftest import SPECIMENS, avi_of_text, outside_movie

pytestmark = pytest.mark.no_database


def look(path: Path, longest_seconds: float = 3600) -> VideoFacts:
    return probe(path, ffprobe="ffprobe", longest_seconds=longest_seconds)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("empty.mp4", VideoFault.EMPTY),
        ("one.mp4", VideoFault.TOO_SHORT),
        ("still.mkv", VideoFault.TOO_SHORT),
        ("picture.png", VideoFault.NOT_A_VIDEO),
        ("cut-off.mp4", VideoFault.TRUNCATED),
    ],
)
def test_unusable_film_is_refused_with_its_reason(made: Path, name: str, fault: VideoFault) -> None:
    with pytest.raises(ProbeError) as refused:
        look(made / name)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("name", "fault"),
    [("not-a-video.mp4", VideoFault.NOT_A_VIDEO), ("truncated.mp4", VideoFault.TRUNCATED)],
)
def test_broken_specimen_is_refused_with_its_reason(name: str, fault: VideoFault) -> None:
    with pytest.raises(ProbeError) as refused:
        look(SPECIMENS / name)
    assert refused.value.fault is fault


def test_too_long_a_film_is_refused(film: Path) -> None:
    with pytest.raises(ProbeError) as refused:
        look(film, longest_seconds=11)
    assert refused.value.fault is VideoFault.TOO_LONG


_NAMING = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\nfile://{film}\n",
    "mark": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\nfile://{film}\n",
    "concat": "ffconcat version 1.0\nfile '{film}'\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>'
    "<BaseURL>file://{film}</BaseURL></Period></MPD>",
    "smil": '<smil><body><video src="{film}"/></body></smil>',
    "xspf": '<?xml version="1.0"?><playlist><location>file://{film}</location></playlist>',
    "asx": '<ASX version="3"><Entry><Ref href="file://{film}"/></Entry></ASX>',
    "pls": "[playlist]\nFile1={film}\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 9 RTP/AVP 96\n",
}


@pytest.mark.parametrize("kind", _NAMING)
def test_text_that_names_other_files_is_no_video(tmp_path: Path, film: Path, kind: str) -> None:
    trap = tmp_path / "trap.mp4"
    trap.write_text(_NAMING[kind].format(film=film))
    with pytest.raises(ProbeError) as refused:
        look(trap)
    assert refused.value.fault is VideoFault.NAMES_OTHERS


def test_movie_whose_samples_lie_in_another_file_is_refused(tmp_path: Path, film: Path) -> None:
    # In a folder beside it too: what ffmpeg would open if it were allowed to.
    trap = tmp_path / "trap.mov"
    trap.write_bytes(outside_movie(film, film))
    with pytest.raises(ProbeError) as refused:
        look(trap)
    assert refused.value.fault is VideoFault.NAMES_OTHERS


def test_playlist_inside_the_subtitles_of_a_film_is_not_followed(
    tmp_path: Path, film: Path
) -> None:
    # AVI may hold whole subtitle files, and older programs opened whatever was in them.
    playlist = f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:12,\nfile://{film}\n#EXT-X-ENDLIST\n"
    trap = tmp_path / "trap.avi"
    trap.write_bytes(avi_of_text(playlist.encode()))
    with pytest.raises(ProbeError) as refused:
        look(trap)
    assert refused.value.fault in (VideoFault.NO_PICTURE, VideoFault.NOT_A_VIDEO)


@pytest.mark.parametrize(
    ("name", "fault"),
    [("beyond-8k.mkv", VideoFault.ODD_SIZE), ("tiny.mp4", VideoFault.ODD_SIZE)],
)
def test_size_that_cannot_be_worked_on_is_refused(rare: Path, name: str, fault: VideoFault) -> None:
    with pytest.raises(ProbeError) as refused:
        look(rare / name)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("name", "codec", "size"),
    [
        ("8k.mp4", "h264", (7680, 4320)),
        ("ten-bit.mp4", "hevc", (320, 180)),
        ("hdr.mp4", "hevc", (320, 180)),
        ("av1.mp4", "av1", (320, 180)),
        ("interlaced.mpg", "mpeg2video", (320, 240)),
        ("oblong.mp4", "h264", (465, 180)),
        ("banner.mp4", "h264", (1600, 90)),
    ],
)
def test_facts_of_films_of_other_makers(
    rare: Path, name: str, codec: str, size: tuple[int, int]
) -> None:
    facts = look(rare / name)
    assert (facts.codec, (facts.width, facts.height)) == (codec, size)
    assert facts.is_interlaced == (name == "interlaced.mpg")
    assert facts.is_hdr == (name == "hdr.mp4")


@pytest.mark.parametrize("ending", ["mp3", "m4a", "wav", "flac", "ogg", "aac", "webm"])
def test_sound_alone_is_a_recording(heard: Path, ending: str) -> None:
    facts = look(heard / f"talk.{ending}")
    assert (facts.has_picture, facts.has_audio, facts.cover) == (False, True, None)
    assert facts.duration_seconds == pytest.approx(13, abs=0.2)
    assert facts.is_mono == (ending != "m4a")


def test_cover_of_a_recording_is_no_film(heard: Path) -> None:
    facts = look(heard / "cover.mp3")
    assert (facts.has_picture, facts.cover) == (False, 1)


def test_recording_that_was_cut_off_is_refused(heard: Path) -> None:
    with pytest.raises(ProbeError) as refused:
        look(heard / "cut-off.flac")
    assert refused.value.fault is VideoFault.TRUNCATED


def test_whoever_reads_a_long_film_through_gives_signs_and_can_be_stopped(tmp_path: Path) -> None:
    live = tmp_path / "live.webm"
    live.write_bytes(_without_length((SPECIMENS / "silent.webm").read_bytes()))
    signs: list[int] = []
    probe(live, ffprobe="ffprobe", longest_seconds=60, on_sign=lambda: signs.append(1))
    assert len(signs) > 50

    def stop() -> None:
        raise InterruptedError()

    with pytest.raises(InterruptedError):
        probe(live, ffprobe="ffprobe", longest_seconds=60, on_sign=stop)


def test_facts_of_an_ordinary_film(film: Path) -> None:
    facts = look(film)
    assert (facts.width, facts.height, facts.codec) == (320, 180, "h264")
    assert facts.has_audio
    assert facts.duration_seconds == pytest.approx(12, abs=0.1)
    assert facts.average_rate == 15


def test_film_turned_by_the_phone_is_upright(made: Path) -> None:
    facts = look(made / "turned.mp4")
    assert facts.rotation in (90, 270)
    assert (facts.width, facts.height) == (180, 320)


def test_sound_beyond_the_last_picture_is_noticed(made: Path) -> None:
    assert look(made / "long-sound.mkv").overhang_seconds == pytest.approx(5, abs=0.3)


def test_film_without_a_length_is_read_through(made: Path, tmp_path: Path) -> None:
    # A recorder that writes as it goes cannot know the length; ffmpeg to a pipe is one.
    assert look(SPECIMENS / "silent.webm").duration_seconds == pytest.approx(6, abs=0.1)
    path = tmp_path / "live.webm"
    path.write_bytes(_without_length((SPECIMENS / "silent.webm").read_bytes()))
    assert look(path).duration_seconds == pytest.approx(6, abs=0.1)


def _without_length(film: bytes) -> bytes:
    duration_element = film.find(b"\x44\x89\x88")
    assert duration_element > 0
    # The element's name becomes that of padding (Void), so the length is gone.
    return film[:duration_element] + b"\xec\x40\x88" + film[duration_element + 3 :]
