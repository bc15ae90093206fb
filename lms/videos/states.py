"""Which states a video may move between."""

from lms.core.states import Transitions
from lms.videos.models import VideoState

# A newer film replaces one that is still in work: nobody waits for what nobody will see.
VIDEO_MOVES: Transitions = {
    VideoState.UPLOADED: frozenset(
        {VideoState.PROCESSING, VideoState.CANCELLED, VideoState.REPLACED}
    ),
    VideoState.PROCESSING: frozenset(
        {VideoState.READY, VideoState.FAILED, VideoState.CANCELLED, VideoState.REPLACED}
    ),
    # Tried again, as long as its original is there.
    VideoState.FAILED: frozenset({VideoState.UPLOADED}),
    VideoState.READY: frozenset({VideoState.REPLACED}),
}
