"""Reading subtitles: WebVTT or SubRip in, clean WebVTT out."""

import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.videos.playlists import timestamp

MAX_BYTES = 2 * 1024 * 1024
_INSTANT = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_INSTANT}\s*-->\s*{_INSTANT}")
# What SubRip files carry beyond the text: <font …> and {\an8}.
_FOREIGN = re.compile(r"</?font[^>]*>|\{\\[^}]*\}", re.IGNORECASE)


@dataclass(frozen=True)
class Cue:
    """A text and when it shows, in milliseconds."""

    start_ms: int
    end_ms: int
    text: str


def read_subtitles(content: bytes) -> str:
    """WebVTT of the cues in `content`. Raises Invalid (field "file") if there are none to read."""
    if len(content) > MAX_BYTES:
        raise Invalid(_l("字幕文件超过 2 MB，请检查是否选错了文件。"), field="file")
    cues = _cues(_decode(content))
    if not cues:
        message = _l("没有读到字幕，请上传 WebVTT（.vtt）或 SubRip（.srt）文件。")
        raise Invalid(message, field="file")
    backwards = next((cue for cue in cues if cue.end_ms <= cue.start_ms), None)
    if backwards is not None:
        message = _l("字幕时间有误：%(time)s 处结束早于开始。", time=timestamp(backwards.start_ms))
        raise Invalid(message, field="file")
    return _write(sorted(cues, key=lambda cue: cue.start_ms))


def _decode(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or GB 18030, in which older Chinese subtitles are written."""
    encodings = (
        ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    )
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(_l("字幕文件的文字编码无法识别，请另存为 UTF-8 后再上传。"), field="file")


def _cues(text: str) -> list[Cue]:
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [cue for block in blocks if (cue := _cue(block.strip("\n").split("\n")))]


def _cue(lines: list[str]) -> Cue | None:
    """The cue of a block: an optional name, the timing, then its text."""
    for number, line in enumerate(lines[:2]):
        if found := _TIMING.match(line):
            text = "\n".join(_clean(part) for part in lines[number + 1 :] if part.strip())
            start_ms, end_ms = _instant(found.groups()[:4]), _instant(found.groups()[4:])
            return Cue(start_ms, end_ms, text) if text else None
    return None


def _clean(line: str) -> str:
    return _FOREIGN.sub("", line).replace("-->", "→").replace("\x00", "").strip()


def _instant(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _write(cues: list[Cue]) -> str:
    blocks = [f"{timestamp(c.start_ms)} --> {timestamp(c.end_ms)}\n{c.text}\n" for c in cues]
    return "\n".join(["WEBVTT\n", *blocks])
