"""What packaging adds to the ffmpeg ladder alone, on a real lecture film.

    script/bench packaging                  a lecture of media/samples, one pair of runs
    LMS_BENCH_FILM=/path/to/film.mp4        another film
    LMS_BENCH_ROUNDS=3                      more pairs; the middle of each kind counts

Packaging is everything a worker does: probe, ladder, poster, seek thumbnails, even loudness,
encryption, playlists, the move into place. The ladder alone is the command one would type: the
same pictures in the same qualities as unencrypted HLS, and nothing else. Runs alternate, so that
whatever else the machine does falls on both.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lms.config import ROOT, Settings
from lms.videos.packaging import PackageSpec, build_package
from lms.videos.probe import VideoFacts, probe
from lms.videos.transcode import Plan, plan

SAMPLE = ROOT / "media/samples/watch-and-answer/steps.mp4"
TARGET = 1.10


def ladder_alone(film: Path, wanted: Plan, folder: Path) -> None:
    """The ladder as anybody would type it."""
    folder.mkdir()
    count = len(wanted.renditions)
    labels = "".join(f"[s{n}]" for n in range(count))
    graph = [f"[0:v:0]fps={wanted.rate},split={count}{labels}"]
    outputs: list[str] = []
    for number, size in enumerate(wanted.renditions):
        graph.append(f"[s{number}]scale={size.width}:{size.height},format=yuv420p[v{number}]")
        outputs += _output(number, wanted, film_has_sound=wanted.facts.has_audio)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(film)]
    subprocess.run([*command, "-filter_complex", ";".join(graph), *outputs], cwd=folder, check=True)


def _output(number: int, wanted: Plan, film_has_sound: bool) -> list[str]:
    size = wanted.renditions[number]
    sound = ["-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
    frames = round(float(wanted.rate) * wanted.keyframe_seconds)
    return [
        *("-map", f"[v{number}]", *(sound if film_has_sound else [])),
        *("-c:v", "libx264", "-preset", wanted.preset, "-crf", "23", "-profile:v", "high"),
        *("-maxrate", f"{size.max_kbps}k", "-bufsize", f"{size.max_kbps * 2}k"),
        *("-g", str(frames), "-keyint_min", str(frames), "-sc_threshold", "0"),
        *("-f", "hls", "-hls_time", str(wanted.segment_seconds), "-hls_playlist_type", "vod"),
        f"{size.name}.m3u8",
    ]


def package(film: Path, settings: Settings, folder: Path) -> None:
    """All that a worker does with a film, without the database."""
    folder.mkdir()
    facts = look(film, settings)
    spec = PackageSpec(
        source=film,
        facts=facts,
        secret=os.urandom(32),
        version=1,
        key_base="/keys/bench",
        window_seconds=settings.window_seconds,
        segment_seconds=settings.segment_seconds,
        preset=settings.transcode_preset,
        ffmpeg=settings.ffmpeg,
        stall_seconds=60,
        working=folder / "working",
        target=folder / "built",
    )
    build_package(spec, lambda percent: None)
    (folder / "built").rename(folder / "ready")


def look(film: Path, settings: Settings) -> VideoFacts:
    """The facts of the film, as before packaging."""
    longest = settings.video_max_minutes * 60
    return probe(film, ffprobe=settings.ffprobe, longest_seconds=longest)


def timed(work: Callable[[Path], None], folder: Path) -> float:
    """Seconds that `work` takes in a folder of its own, which is removed afterwards."""
    begun = time.perf_counter()
    work(folder)
    taken = time.perf_counter() - begun
    shutil.rmtree(folder)
    return taken


def main() -> None:
    film = Path(os.environ.get("LMS_BENCH_FILM", str(SAMPLE))).resolve()
    rounds = int(os.environ.get("LMS_BENCH_ROUNDS", "1"))
    settings = Settings(secret_key="-" * 32, identity_key="0" * 64)
    facts = look(film, settings)
    wanted = plan(facts, settings.segment_seconds, settings.transcode_preset)
    names = ", ".join(r.name for r in wanted.renditions)
    print(f"{film.name}: {facts.duration_seconds:.0f} s of {facts.width}x{facts.height}; {names}")
    alone, whole = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(rounds):
            folder = Path(scratch) / str(number)
            alone.append(timed(lambda place: ladder_alone(film, wanted, place), folder))
            whole.append(timed(lambda place: package(film, settings, place), folder))
    bare, full = statistics.median(alone), statistics.median(whole)
    print(
        f"ladder alone {bare:.1f} s, packaging {full:.1f} s ({facts.duration_seconds / full:.1f}x)"
    )
    print(f"packaging / ladder = {full / bare:.3f} (target: at most {TARGET:.2f})")


if __name__ == "__main__":
    main()
