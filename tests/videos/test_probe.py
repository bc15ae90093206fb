"""What is refused, with which reason, and what is seen in a usable film."""

from pathlib import Path

import pytest

from lms.videos.faults import ProbeError, VideoFault
from lms.videos.probe import VideoFacts, probe
from tests.videos.conftest import SPECIMENS

pytestmark = pytest.mark.no_database


def look(path: Path, longest_seconds: float = 3600) -> VideoFacts:
    return probe(path, ffprobe="ffprobe", longest_seconds=longest_seconds)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("empty.mp4", VideoFault.EMPTY),
        ("one.mp4", VideoFault.TOO_SHORT),
        ("still.mkv", VideoFault.TOO_SHORT),
        ("sound.m4a", VideoFault.NO_PICTURE),
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


def test_playlist_that_names_other_files_is_no_video(tmp_path: Path, film: Path) -> None:
    trap = tmp_path / "trap.mp4"
    trap.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\nfile://{film}\n")
    concat = tmp_path / "concat.mp4"
    concat.write_text(f"ffconcat version 1.0\nfile '{film}'\n")
    for path in (trap, concat):
        with pytest.raises(ProbeError) as refused:
            look(path)
        assert refused.value.fault is VideoFault.NOT_A_VIDEO


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
    silent = (SPECIMENS / "silent.webm").read_bytes()
    assert look(SPECIMENS / "silent.webm").duration_seconds == pytest.approx(6, abs=0.1)
    duration_element = silent.find(b"\x44\x89\x88")
    assert duration_element > 0
    # The element's name becomes that of padding (Void), so the length is gone.
    live = silent[:duration_element] + b"\xec\x40\x88" + silent[duration_element + 3 :]
    path = tmp_path / "live.webm"
    path.write_bytes(live)
    assert look(path).duration_seconds == pytest.approx(6, abs=0.1)
