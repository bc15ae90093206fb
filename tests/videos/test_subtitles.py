"""Reading subtitles."""

import pytest

from lms.core.errors import Invalid
from lms.videos.subtitles import MAX_BYTES, read_subtitles

VTT = """WEBVTT - with a title

NOTE a remark

STYLE
::cue { background: url(http://elsewhere/) }

first
00:05.000 --> 00:07.000 align:start
第二句
<v 老师>两行

00:00:01.000 --> 00:00:03.500
第一句
"""


def test_webvtt_is_written_anew_in_order_and_without_styles() -> None:
    assert read_subtitles(VTT.encode()) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n第一句\n\n"
        "00:00:05.000 --> 00:00:07.000\n第二句\n<v 老师>两行\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_people_use_are_read(encoding: str) -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}继续教育\n"
    assert "\n继续教育\n" in read_subtitles(srt.encode(encoding))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "没有读到字幕"),
        (b"WEBVTT\n", "没有读到字幕"),
        (b"\xff" * 50, "编码"),
        (b"WEBVTT\n\n00:05.000 --> 00:04.000\nx\n", "00:00:05.000"),
        (b"x" * (MAX_BYTES + 1), "2 MB"),
    ],
)
def test_unusable_subtitles_are_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_subtitles(content)
    assert words in str(refused.value.message)
