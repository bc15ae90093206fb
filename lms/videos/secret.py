"""The secret of a video, from which its window keys are derived. Encrypted at rest."""

import secrets

from lms.accounts.vault import vault
from lms.videos.keys import SECRET_BYTES
from lms.videos.models import Video


def new_secret(public_id: str) -> bytes:
    """A fresh secret as it is stored: encrypted, and bound to the video it is for."""
    return vault().encrypt(secrets.token_bytes(SECRET_BYTES), f"video:{public_id}")


def video_secret(video: Video) -> bytes:
    """The 32 bytes to give to `keys.window_key`; raises InvalidTag if the cell was moved."""
    return vault().decrypt_bytes(video.secret_cipher, f"video:{video.public_id}")
