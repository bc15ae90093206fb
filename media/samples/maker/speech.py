"""Turns Chinese sentences into speech with espeak-ng.

The plain ``cmn`` voice of espeak-ng 1.51 reads Chinese characters through English spelling,
so ``cmn-latn-pinyin`` is the only one of its voices that can be used here.
"""

from __future__ import annotations

import re
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

VOICE = "cmn-latn-pinyin"
WORDS_PER_MINUTE = 160
PITCH = 44
PAUSE_AFTER_SENTENCE_SECONDS = 0.5
PAUSE_AFTER_SLIDE_SECONDS = 1.1
SAMPLE_RATE_HZ = 22050

# The voice knows one reading for each of these characters; a homophone gives the right one.
HOMOPHONES = {
    "弹题": "谈题",
    "重新": "崇新",
    "重复": "崇复",
    "为": "维",
    "行业": "航业",
    "银行": "银航",
    "同行": "同航",
    "病假": "病架",
    "产假": "产架",
    "获得": "获德",
    "取得": "取德",
    "更新": "耕新",
    "济宁": "挤宁",
    "累计": "垒计",
    "累积": "垒积",
    "相应": "相映",
    "应用": "映用",
    "应急": "映急",
}

_DIGITS = "零一二三四五六七八九"
_YEAR = re.compile(r"(\d{4})(?=年|—|至|到)")
_DECIMAL = re.compile(r"(\d+)\.(\d+)")
_INTEGER = re.compile(r"\d+")


@dataclass(frozen=True)
class Spoken:
    """One sentence with its place in the sound track, in seconds."""

    text: str
    slide: int
    sentence: int
    starts: float
    ends: float


def say_integer(number: int) -> str:
    """A number from 0 to 9999 in Chinese words: 90 becomes 九十."""
    if number < 10:
        return _DIGITS[number]
    words = ""
    gap = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            words += ("零" if gap else "") + _DIGITS[digit] + name
        gap = bool(words) and not digit
    return words.removeprefix("一") if 10 <= number < 20 else words


def to_spoken_form(text: str) -> str:
    """The sentence as the voice must be given it: numbers as words, homophones for odd readings."""
    text = _YEAR.sub(lambda match: "".join(_DIGITS[int(d)] for d in match[1]), text)
    text = _DECIMAL.sub(_say_decimal, text)
    text = _INTEGER.sub(lambda match: say_integer(int(match[0])), text)
    for written, spoken in HOMOPHONES.items():
        text = text.replace(written, spoken)
    return re.sub("[“”《》「」]", "", text)


def _say_decimal(match: re.Match[str]) -> str:
    fraction = match[2].rstrip("0") or "0"
    return say_integer(int(match[1])) + "点" + "".join(_DIGITS[int(d)] for d in fraction)


def speak_slides(slides: list[tuple[str, ...]], work: Path) -> tuple[Path, list[Spoken]]:
    """Speaks every sentence; returns one sound file and when each sentence is heard."""
    track = work / "speech.wav"
    spoken: list[Spoken] = []
    frames = 0
    with wave.open(str(track), "wb") as out:
        out.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        for slide, sentences in enumerate(slides):
            for number, text in enumerate(sentences):
                sound = _speak(text, work / "sentence.wav")
                count = len(sound) // 2
                starts, ends = frames / SAMPLE_RATE_HZ, (frames + count) / SAMPLE_RATE_HZ
                spoken.append(Spoken(text, slide, number, starts, ends))
                silence = _silence(is_last=number == len(sentences) - 1)
                out.writeframes(sound + silence)
                frames += count + len(silence) // 2
    return track, spoken


def _speak(text: str, path: Path) -> bytes:
    options = ["-v", VOICE, "-s", str(WORDS_PER_MINUTE), "-p", str(PITCH), "-z"]
    subprocess.run(["espeak-ng", *options, "-w", str(path), to_spoken_form(text)], check=True)
    with wave.open(str(path), "rb") as sound:
        return sound.readframes(sound.getnframes())


def _silence(*, is_last: bool) -> bytes:
    seconds = PAUSE_AFTER_SLIDE_SECONDS if is_last else PAUSE_AFTER_SENTENCE_SECONDS
    return b"\0\0" * int(SAMPLE_RATE_HZ * seconds)
