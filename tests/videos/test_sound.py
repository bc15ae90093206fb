"""Lessons to listen to, and how loud whatever is heard comes out."""

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from lms.videos.keys import window_key
from lms.videos.loudness import TARGET_LUFS, read_summary
from tests.videos.test_packaging import SECRET, look, opened, package

pytestmark = pytest.mark.no_database

# Speech synthesised by ffmpeg: syllables and pauses, unlike a tone.
WORDS = "Continuing education is a duty and a right. Each year ninety hours are to be earned. "


def sound_of(target: Path, filters: str, *more: str) -> None:
    """Write spoken sentences, through `filters`, with a black film."""
    voice = f"flite=text='{WORDS * 3}',aresample=48000,{filters}"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", voice]
    command += ["-f", "lavfi", "-i", "color=s=64x36:r=10", "-shortest", *more, str(target)]
    subprocess.run(command, check=True)


def joined(folder: Path, rendition: str, windows: int, segments: int) -> Path:
    """The rendition's segments, opened and put behind one another."""
    whole = folder / f"{rendition}.ts"
    with whole.open("wb") as target:
        for number in range(segments):
            key = window_key(SECRET, 1, min(number // 2, windows - 1))
            plain = opened(folder / f"target/{rendition}/{number:05d}.ts", key, number)
            target.write(plain.read_bytes())
            plain.unlink()
    return whole


def loudness_of(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by ffmpeg's own meter."""
    meter = "ebur128=peak=true:dualmono=true:framelog=verbose"
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-vn", "-af", meter]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, check=True, text=True)
    found = read_summary(done.stderr)
    assert found is not None
    return found.integrated, found.peak


@pytest.mark.parametrize(
    ("kind", "filters"),
    [
        ("quiet", "volume=-30dB"),
        ("ordinary", "anull"),
        ("loud", "volume=20dB,alimiter=limit=0.99:level=false"),
        ("uneven", "volume='if(lt(mod(t,12),6),1,0.06)':eval=frame"),
        ("peaky", "volume='if(lt(mod(t,3),0.01),8,0.1)':eval=frame"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_speech_comes_out_equally_loud(
    tmp_path: Path, kind: str, filters: str, channels: int
) -> None:
    source = tmp_path / "speech.mkv"
    sound_of(source, filters, "-c:a", "pcm_s16le", "-ac", str(channels))
    done = package(source, tmp_path)
    segments = len(list((tmp_path / "target/36p").glob("*.ts")))
    integrated, peak = loudness_of(joined(tmp_path, "36p", done.window_count, segments))
    assert integrated == pytest.approx(TARGET_LUFS, abs=1.5)
    assert peak <= 0


def test_silence_stays_silent(tmp_path: Path) -> None:
    source = tmp_path / "silence.mkv"
    sound_of(source, "volume=0", "-t", "4")
    package(source, tmp_path)
    key = window_key(SECRET, 1, 0)
    plain = opened(tmp_path / "target/36p/00000.ts", key, 0)
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(plain), "-af", "volumedetect"]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    found = re.search(r"max_volume: (-[\d.]+) dB", done.stderr)
    assert found is not None
    assert float(found[1]) < -80


def test_sound_keeps_its_place_beside_the_picture(tmp_path: Path) -> None:
    """A click at 6 s is heard at 6 s, also after the filter that looks ahead."""
    source = tmp_path / "click.mkv"
    sound_of(source, "volume='if(between(t,6,6.05),20,0.02)':eval=frame", "-c:a", "pcm_s16le")
    done = package(source, tmp_path)
    segments = len(list((tmp_path / "target/36p").glob("*.ts")))
    whole = joined(tmp_path, "36p", done.window_count, segments)
    pictures = look(whole, "-select_streams", "v", "-show_entries", "packet=pts_time").split()
    first = float(pictures[0].strip(","))
    command = ["ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i", str(whole), "-vn", "-af"]
    command += ["asetnsamples=480,astats=metadata=1:reset=1,ametadata=print:file=-", "-f", "null"]
    told = subprocess.run([*command, "-"], capture_output=True, text=True, check=True).stdout
    levels = re.findall(r"pts_time:([\d.]+)[\s\S]*?Overall.RMS_level=(-[\d.inf]+)", told)
    loudest = max(levels, key=lambda level: float(level[1]))
    assert float(loudest[0]) - first == pytest.approx(6.02, abs=0.05)


@pytest.mark.parametrize("ending", ["mp3", "m4a", "wav", "flac", "ogg", "aac"])
def test_recording_becomes_windows_like_a_film(heard: Path, tmp_path: Path, ending: str) -> None:
    done = package(heard / f"talk.{ending}", tmp_path)
    assert (done.window_count, list(done.renditions)) == (3, ["audio"])
    assert done.duration_ms == pytest.approx(13_000, abs=150)
    names = {file.name for file in (tmp_path / "target").iterdir()}
    assert names == {"audio", "master.m3u8", "poster.jpg"}
    master = (tmp_path / "target/master.m3u8").read_text()
    assert 'CODECS="mp4a.40.2"\naudio/index.m3u8' in master
    assert "RESOLUTION" not in master
    playlist = (tmp_path / "target/audio/index.m3u8").read_text()
    windows = re.findall(r'URI="/keys/film/(\d)"\n#EXTINF.*\n(\d+).ts\n', playlist)
    assert windows == [("0", "00000"), ("1", "00002"), ("2", "00004")]
    plain = opened(tmp_path / "target/audio/00005.ts", window_key(SECRET, 1, 2), 5)
    assert set(look(plain, "-show_entries", "stream=codec_name").split()) == {"aac"}
    wrong = opened(tmp_path / "target/audio/00005.ts", window_key(SECRET, 1, 1), 5)
    assert look(wrong, "-show_entries", "stream=codec_name") == ""


def test_still_is_the_cover_of_the_recording_or_drawn(heard: Path, tmp_path: Path) -> None:
    package(heard / "talk.mp3", tmp_path / "drawn")
    package(heard / "cover.mp3", tmp_path / "covered")
    with (
        Image.open(tmp_path / "drawn/target/poster.jpg") as drawn,
        Image.open(tmp_path / "covered/target/poster.jpg") as covered,
    ):
        assert drawn.size == covered.size == (1280, 720)
        assert drawn.getpixel((5, 5)) == pytest.approx((13, 85, 104), abs=6)
        # The first bar of the test picture is white or black, never of the drawn ground.
        colours = {covered.getpixel((x, 300)) for x in range(300, 980, 20)}
        assert len(colours) > 4


def test_broken_cover_costs_only_the_cover(heard: Path, tmp_path: Path) -> None:
    content = bytearray((heard / "cover.mp3").read_bytes())
    at = content.index(b"\xff\xd8\xff")
    content[at + 2 : at + 600] = bytes(598)
    source = tmp_path / "broken.mp3"
    source.write_bytes(content)
    package(source, tmp_path)
    with Image.open(tmp_path / "target/poster.jpg") as still:
        assert still.getpixel((5, 5)) == pytest.approx((13, 85, 104), abs=6)
