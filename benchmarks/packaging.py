"""What packaging adds to the ffmpeg ladder alone, and what a second worker brings.

    script/bench packaging                  a lecture of media/samples, one pair of runs; then all
                                            of them in a row for one worker and for two
    LMS_BENCH_FILM=/path/to/film.mp4        another film, for both
    LMS_BENCH_ROUNDS=3                      more pairs; the middle of each kind counts
    LMS_BENCH_ONLY=added (or workers)       only one of the two

Packaging is everything a worker does: probe, ladder, poster, seek thumbnails, even loudness,
encryption, playlists, the move into place. The ladder alone is the command one would type: the
same pictures in the same qualities as unencrypted HLS, and nothing else. Runs alternate, so that
whatever else the machine does falls on both; on a busy machine the processor's seconds tell more.

Workers are Celery's, each held to one core, as two machines of one core would be. One packages the
film whole, as it would without chunks; two package it in chunks. Where the clock is another's too,
the processor tells what two idle cores would take: what the busier of the two workers used.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# Python looks for modules beside a script first, and a library is named like this one.
sys.path[:] = [entry for entry in sys.path if Path(entry) != Path(__file__).parent]

from benchmarks._workers import Taken, package_with  # noqa: E402 - see above
from lms.config import ROOT, Settings  # noqa: E402 - see above
from lms.videos.packaging import PackageSpec, build_package  # noqa: E402
from lms.videos.plans import Plan, plan  # noqa: E402
from lms.videos.probe import probe  # noqa: E402
from lms.videos.streams import VideoFacts  # noqa: E402

SAMPLES = ROOT / "media/samples"
SAMPLE = SAMPLES / "watch-and-answer/steps.mp4"
TARGET, WORKERS_TARGET = 1.10, 1.7


def ladder_alone(film: Path, wanted: Plan, folder: Path) -> None:
    """The ladder as anybody would type it."""
    folder.mkdir()
    count = len(wanted.renditions)
    labels = "".join(f"[s{n}]" for n in range(count))
    graph = [f"[0:v:0]fps={wanted.rate},split={count}{labels}"]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(film)]
    maps: list[str] = []
    for number, size in enumerate(wanted.renditions):
        graph.append(f"[s{number}]scale={size.width}:{size.height},format=yuv420p[v{number}]")
        maps += ["-map", f"[v{number}]"]
        maps += [f"-maxrate:v:{number}", f"{size.max_kbps}k"]
        maps += [f"-bufsize:v:{number}", f"{size.max_kbps * 2}k"]
    outputs = [*maps, *_encoders(wanted), "-f", "tee", "|".join(_playlists(wanted))]
    subprocess.run([*command, "-filter_complex", ";".join(graph), *outputs], cwd=folder, check=True)


def _encoders(wanted: Plan) -> list[str]:
    channels = "1" if wanted.facts.is_mono else "2"
    sound = ["-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-ac", channels, "-ar", "48000"]
    frames = str(round(float(wanted.rate) * wanted.keyframe_seconds))
    return [
        *(sound if wanted.facts.has_audio else []),
        *("-c:v", "libx264", "-preset", wanted.preset, "-crf", "23", "-profile:v", "high"),
        *("-g", frames, "-keyint_min", frames, "-sc_threshold", "0"),
    ]


def _playlists(wanted: Plan) -> list[str]:
    """Each rendition's playlist, as the tee muxer wants it: sound is encoded once for all."""
    options = f"f=hls:hls_time={wanted.segment_seconds}:hls_playlist_type=vod"
    sound = ",a" if wanted.facts.has_audio else ""
    return [
        f"[{options}:select='v\\:{number}{sound}']{size.name}.m3u8"
        for number, size in enumerate(wanted.renditions)
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


def processor_seconds() -> float:
    """Seconds of processor that this process and its ended children have used."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def timed(work: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """Seconds by the clock and of processor that `work` takes in a folder of its own."""
    begun, used = time.perf_counter(), processor_seconds()
    work(folder)
    taken = time.perf_counter() - begun, processor_seconds() - used
    shutil.rmtree(folder)
    return taken


def all_lectures(folder: Path) -> Path:
    """The sample lectures one after the other, as one film of twenty minutes."""
    films = sorted(SAMPLES.glob("[!t]*/*.mp4"))
    listed = folder / "films.txt"
    listed.write_text("".join(f"file '{film}'\n" for film in films))
    whole = folder / "lectures.mp4"
    join = ["ffmpeg", "-nostdin", "-v", "error", "-f", "concat", "-safe", "0", "-i", str(listed)]
    subprocess.run([*join, "-c", "copy", str(whole)], check=True)
    return whole


def measure_added(film: Path, settings: Settings, scratch: Path, rounds: int) -> None:
    """Print what packaging adds to the ladder."""
    facts = look(film, settings)
    wanted = plan(facts, settings.segment_seconds, settings.transcode_preset)
    say(film, facts, wanted)
    alone, whole = [], []
    for number in range(rounds):
        folder = scratch / str(number)
        alone.append(timed(lambda place: ladder_alone(film, wanted, place), folder))
        whole.append(timed(lambda place: package(film, settings, place), folder))
    for kind, place in (("clock", 0), ("processor", 1)):
        bare = statistics.median(pair[place] for pair in alone)
        full = statistics.median(pair[place] for pair in whole)
        print(
            f"{kind:>9}: ladder alone {bare:.1f} s, packaging {full:.1f} s, "
            f"ratio {full / bare:.3f} (target: at most {TARGET:.2f})"
        )


def say(film: Path, facts: VideoFacts, wanted: Plan) -> None:
    names = ", ".join(r.name for r in wanted.renditions)
    print(f"{film.name}: {facts.duration_seconds:.0f} s of {facts.width}x{facts.height}; {names}")


def measure_workers(film: Path, settings: Settings, scratch: Path, rounds: int) -> None:
    """Print how much sooner two workers are done than one."""
    facts = look(film, settings)
    say(film, facts, plan(facts, settings.segment_seconds, settings.transcode_preset))
    kinds = {"one, whole": (1, 0), "one, chunks": (1, 1), "two, chunks": (2, 1)}
    taken: dict[str, list[Taken]] = {name: [] for name in kinds}
    for number in range(rounds):
        for name, (workers, is_cut) in kinds.items():
            folder = scratch / f"{name}-{number}"
            chunk_seconds = is_cut * settings.chunk_seconds
            one = package_with(workers, film, folder, chunk_seconds)
            taken[name].append(one)
            shutil.rmtree(folder)
            print(
                f"{name:>12}: clock {one.clock:.1f} s, processor {one.processor:.1f} s, "
                f"of which the busiest worker {one.busiest:.1f} s",
                flush=True,
            )
    alone, two = _middle(taken["one, whole"]), _middle(taken["two, chunks"])
    print(
        f"two workers are done {alone.clock / two.clock:.2f} times sooner by the clock, "
        f"{alone.busiest / two.busiest:.2f} by the processor (target: {WORKERS_TARGET}); "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )


def _middle(runs: list[Taken]) -> Taken:
    return sorted(runs, key=lambda run: run.clock)[len(runs) // 2]


def main() -> None:
    given = os.environ.get("LMS_BENCH_FILM")
    rounds = int(os.environ.get("LMS_BENCH_ROUNDS", "1"))
    only = os.environ.get("LMS_BENCH_ONLY")
    settings = Settings(secret_key="-" * 32, identity_key="0" * 64)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        if only != "workers":
            measure_added(Path(given or SAMPLE).resolve(), settings, scratch, rounds)
        if only != "added":
            film = Path(given).resolve() if given else all_lectures(scratch)
            measure_workers(film, settings, scratch, rounds)


if __name__ == "__main__":
    main()
