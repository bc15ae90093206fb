"""How a video's length is cut into windows. Each window has one key, and is what a learner earns.

Segments are cut every `segment_seconds`; `window_seconds` is a whole number of them. A rest shorter
than one segment joins the window before it, so that no learner meets a window of a few frames.
"""


def window_count(duration_ms: int, window_seconds: int, segment_seconds: int) -> int:
    """How many windows a video of `duration_ms` has; at least one."""
    whole, rest_ms = divmod(duration_ms, window_seconds * 1000)
    return max(1, whole + (1 if rest_ms >= segment_seconds * 1000 else 0))


def window_length_ms(window: int, count: int, duration_ms: int, window_seconds: int) -> int:
    """The length of window number `window` (from 0) in milliseconds; the last takes the rest."""
    if window < count - 1:
        return window_seconds * 1000
    return duration_ms - (count - 1) * window_seconds * 1000


def window_of_segment(segment: int, count: int, window_seconds: int, segment_seconds: int) -> int:
    """The window (from 0) that segment number `segment` (from 0) belongs to."""
    return min(segment * segment_seconds // window_seconds, count - 1)
