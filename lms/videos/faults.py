"""What can be wrong with a file somebody gives us as a video, in words for that person."""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class VideoFault(LabelledEnum):
    """Why a file cannot become a lesson. The label is the whole sentence the trainer reads."""

    CRASHED = (
        "crashed",
        _l(
            "视频处理多次中断，没有完成。原文件还保留着，可以直接重试；如仍不成功，请联系技术支持。"
        ),
    )
    EMPTY = "empty", _l("这个文件是空的（0 字节），请重新导出后再上传。")
    NAMES_OTHERS = (
        "names_others",
        _l("这个文件只是引用了别的文件（如播放列表），本身不含完整的视频，请导出为单个视频文件。"),
    )
    NO_PICTURE = "no_picture", _l("文件里既没有视频画面，也没有声音，请检查是否选错了文件。")
    NOT_A_VIDEO = "not_a_video", _l("这不是视频文件，请上传 MP4、MOV、MKV 或 WebM 格式的视频。")
    ODD_SIZE = (
        "odd_size",
        _l("画面尺寸无法处理：长和宽至少 32 像素，最大 8K（8192×4320），请调整后重新导出。"),
    )
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
