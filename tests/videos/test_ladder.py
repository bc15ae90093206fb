"""Which renditions a source gets."""

from fractions import Fraction

import pytest

from lms.videos.ladder import ladder, steady_rate

RATE = Fraction(30)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((320, 180), ["180p 320x180"]),
        ((640, 360), ["360p 640x360"]),
        ((720, 400), ["360p 648x360"]),
        ((854, 480), ["360p 640x360", "480p 854x480"]),
        ((1280, 720), ["360p 640x360", "720p 1280x720"]),
        ((1920, 1080), ["360p 640x360", "720p 1280x720", "1080p 1920x1080"]),
        ((3840, 2160), ["360p 640x360", "720p 1280x720", "1080p 1920x1080"]),
        ((1080, 1920), ["360p 360x640", "720p 720x1280", "1080p 1080x1920"]),
        ((427, 239), ["240p 428x240"]),
        ((2560, 1080), ["360p 854x360", "720p 1706x720", "1080p 2560x1080"]),
    ],
)
def test_ladder_goes_by_the_short_side_and_never_above_the_source(
    size: tuple[int, int], expected: list[str]
) -> None:
    made = ladder(*size, RATE)
    assert [f"{r.name} {r.width}x{r.height}" for r in made] == expected
    assert all(r.width % 2 == 0 and r.height % 2 == 0 for r in made)


def test_bigger_pictures_may_use_more_bits() -> None:
    rates = [rendition.max_kbps for rendition in ladder(1920, 1080, RATE)]
    assert rates == [800, 2450, 4750]


def test_level_follows_size_and_rate() -> None:
    assert [r.level for r in ladder(1920, 1080, RATE)] == [30, 31, 40]
    assert ladder(1920, 1080, RATE)[-1].codec == "avc1.640028"
    assert ladder(3440, 1440, RATE)[-1].level == 50


@pytest.mark.parametrize(
    ("average", "base", "expected"),
    [
        ("25", "25", "25"),
        ("30000/1001", "30000/1001", "30000/1001"),
        ("50", "50", "25"),
        ("60000/1001", "60000/1001", "30000/1001"),
        ("120", "120", "30"),
        ("12", "12", "12"),
        ("2", "2", "10"),
        ("21.9", "30", "30"),
        ("3", "1000", "10"),
        ("0", "0", "30"),
    ],
)
def test_frame_rate_is_steady_and_at_most_thirty(average: str, base: str, expected: str) -> None:
    assert steady_rate(Fraction(average), Fraction(base)) == Fraction(expected)
