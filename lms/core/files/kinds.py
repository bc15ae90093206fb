"""What a stored file is, and how long others may keep it: told by its path alone."""

from pathlib import PurePosixPath

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".webp": "image/webp",
}
# What anybody may fetch: encrypted segments with their playlists and pictures, and subtitles.
PUBLIC = "hls/"
# A changed film is another package with another address, so nobody need ever ask again.
LASTING = "public, max-age=31536000, immutable"
PRIVATE = "private, no-store"


def content_type(path: str) -> str:
    """The media type of a file; one nobody opens for what is not known."""
    return _TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


def cache_control(path: str) -> str:
    """How long browsers and CDNs may keep a file that they fetch from the bucket itself."""
    return LASTING if path.startswith(PUBLIC) else PRIVATE
