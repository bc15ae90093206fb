"""Which states a video may move between."""

from lms.core.states import Transitions
from lms.videos.models import VideoState

# A newer film replaces one that is still in work: nobody waits for what nobody will see.
VIDEO_MOVES: Transitions = {
    VideoState.UPLOADED: frozenset({VideoState.PROCESSING, VideoState.REPLACED}),
    VideoState.PROCESSING: frozenset({VideoState.READY, VideoState.FAILED, VideoState.REPLACED}),
    VideoState.READY: frozenset({VideoState.REPLACED}),
}
