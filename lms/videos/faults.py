"""What can be wrong with a file somebody gives us as a video, in words for that person."""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class VideoFault(LabelledEnum):
    """Why a file cannot become a lesson. The label is the whole sentence the trainer reads."""

    CRASHED = "crashed", _l("视频处理多次中断，没有完成。请重新上传；如仍不成功，请联系技术支持。")
    EMPTY = "empty", _l("这个文件是空的（0 字节），请重新导出后再上传。")
    NO_PICTURE = "no_picture", _l("文件里没有视频画面（可能只有声音），请上传带画面的视频。")
    NOT_A_VIDEO = "not_a_video", _l("这不是视频文件，请上传 MP4、MOV、MKV 或 WebM 格式的视频。")
    TOO_LARGE = "too_large", _l("文件太大，超过了上传上限，请压缩或分成几课后再上传。")
    TOO_LONG = "too_long", _l("视频太长，请分成几课后再上传。")
    TOO_SHORT = "too_short", _l("视频太短，只有一个画面或不到一秒，请检查是否选错了文件。")
    TRUNCATED = (
        "truncated",
        _l("视频不完整，后面的部分缺失（可能没有复制完），请重新导出后再上传。"),
    )
    UNREADABLE = "unreadable", _l("视频无法解码，文件可能已损坏，请重新导出为 MP4 后再上传。")


class ProbeError(Exception):
    """The file is refused. `fault` says why."""

    def __init__(self, fault: VideoFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class PackagingError(ProbeError):
    """The file looked usable but could not be turned into windows."""
