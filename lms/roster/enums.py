"""What can become of an import, of a row, of a cell. Labels are the user's own words."""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class RosterState(LabelledEnum):
    """Where an import stands."""

    UPLOADED = "uploaded", _l("等待检查"), "info"
    CHECKING = "checking", _l("正在检查"), "info"
    CHECKED = "checked", _l("待确认"), "warning"
    QUEUED = "queued", _l("等待导入"), "info"
    APPLYING = "applying", _l("正在导入"), "info"
    APPLIED = "applied", _l("已导入"), "success"
    OUTDATED = "outdated", _l("需要重新检查"), "warning"
    FAILED = "failed", _l("无法导入"), "danger"
    CANCELLED = "cancelled", _l("已放弃"), "neutral"
    EXPIRED = "expired", _l("已过期"), "neutral"


class Verdict(LabelledEnum):
    """What applying does with a row. Refused rows are only counted and told."""

    NEW = "new", _l("新增"), "success"
    CHANGED = "changed", _l("更新"), "info"
    UNCHANGED = "unchanged", _l("无变化"), "neutral"
    MOVED = "moved", _l("调动"), "warning"
    REFUSED = "refused", _l("拒绝"), "danger"


class SheetFormat(LabelledEnum):
    """What kind of file it is, told by its content."""

    XLSX = "xlsx", "xlsx"
    XLS = "xls", "xls"
    CSV = "csv", "csv"


class FileFault(LabelledEnum):
    """Why a whole file cannot be used; `%(…)s` are filled with the particulars."""

    EMPTY = "empty", _l("文件是空的，请重新选择。")
    TOO_LARGE = "too_large", _l("文件超过 %(limit)s MB，请分成几个文件导入。")
    TOO_LARGE_UNPACKED = (
        "too_large_unpacked",
        _l("文件解压后过大，请删除多余内容，或分成几个文件导入。"),
    )
    TOO_MANY_ROWS = "too_many_rows", _l("一个文件最多 %(limit)s 行，请分成几个文件导入。")
    PASSWORD = "password", _l("文件设有打开密码，请先在 Excel 中取消密码再上传。")
    WRONG_TYPE = (
        "wrong_type",
        _l("这不是 xlsx、xls 或 csv 文件。请使用模板填写，或另存为这几种格式。"),
    )
    DAMAGED = (
        "damaged",
        _l("文件已损坏或不完整，无法读取。请用 Excel 或 WPS 打开后另存一份再上传。"),
    )
    NO_HEADER = (
        "no_header",
        _l("前 %(limit)s 行中没有找到表头。请保留模板的表头，至少要有“姓名”和“证件号码”。"),
    )
    MISSING_COLUMNS = "missing_columns", _l("缺少必填列：%(names)s。请补上，或使用模板。")
    REPEATED_COLUMN = "repeated_column", _l("表头里“%(names)s”出现了不止一次，请只保留一列。")
    NO_ROWS = "no_rows", _l("表头下面没有人员，请填写后再上传。")
    CRASHED = "crashed", _l("处理这个文件时多次中断，请重新上传；如仍有问题，请联系技术支持。")
    NOT_ALLOWED = "not_allowed", _l("您已没有批量导入人员的权限。")


class Problem(LabelledEnum):
    """What is wrong with a cell; `%(…)s` are filled with the particulars."""

    EMPTY = "empty", _l("必填，不能为空。")
    NUMBER_AS_NUMBER = (
        "number_as_number",
        _l("以数字格式存储，末位已丢失。请把这一列设为文本格式，再按证件重新填写完整号码。"),
    )
    NUMBER_LENGTH = "number_length", _l("居民身份证号码应为 18 位，这里是 %(count)s 位。")
    NUMBER_OLD = "number_old", _l("这是 15 位的旧号码，请填写 18 位身份证号码。")
    NUMBER_SIGNS = "number_signs", _l("身份证号码前 17 位应为数字，最后一位为数字或 X。")
    NUMBER_BIRTHDAY = "number_birthday", _l("号码中的出生日期不存在，请按证件核对。")
    NUMBER_CHECK = "number_check", _l("校验位不正确，号码有误，请按证件核对。")
    NUMBER_OTHER = "number_other", _l("不是有效的%(document)s号码，请按证件核对。")
    NUMBER_TWICE = "number_twice", _l("与第 %(rows)s 行的证件号码重复，同一人只保留一行。")
    KIND = "kind", _l("没有“%(value)s”这种证件类型。可填：%(known)s。")
    NAME = "name", _l("姓名应为 2 至 50 个文字，间隔号用“·”，不能含数字或符号。")
    NAME_DIFFERS = (
        "name_differs",
        _l("与该证件号码已登记的姓名不一致，请核对姓名和号码。确已改名的，请在人员管理中修改。"),
    )
    PHONE = "phone", _l("手机号码不正确，应为 11 位号码，境外号码以“+”和国家代码开头。")
    EMAIL = "email", _l("电子邮箱不正确，应如 name@example.com。")
    UNIT_EMPTY = "unit_empty", _l("请填写工作单位的全称或统一社会信用代码。")
    UNIT_UNKNOWN = (
        "unit_unknown",
        _l("没有名为“%(value)s”的单位。请填写全称或统一社会信用代码；新单位请先注册。"),
    )
    UNIT_OUTSIDE = "unit_outside", _l("“%(value)s”不在您的管理范围内。")
    UNIT_CLOSED = "unit_closed", _l("“%(value)s”尚未通过审核或已停用。")
    UNIT_KIND = "unit_kind", _l("“%(value)s”不是用人单位或代管机构，不能登记人员。")
    SERIES = "series", _l("没有“%(value)s”这个职称系列，请从下拉列表中选择。")
    LEVEL = "level", _l("没有“%(value)s”这个职称级别。可填：%(known)s。")
    PENDING = (
        "pending",
        _l("该人员已自行注册，正等待单位审核。请在“注册与调入”中审核通过，不必导入。"),
    )
    REGISTRATION_REFUSED = (
        "registration_refused",
        _l("该人员的注册申请曾被退回，请先在人员管理中处理。"),
    )
    SUSPENDED = "suspended", _l("该人员的账号已停用，请先在人员管理中恢复。")
    RETIRED = "retired", _l("该人员已登记退休，不能导入。")
    DECEASED = "deceased", _l("该人员已登记去世，不能导入。")
    MERGED = "merged", _l("这条证件号码的记录已并入另一条记录，请改用现在的证件号码。")
    REQUESTED = (
        "requested",
        _l("该人员加入其他单位的申请正在等待处理，请等它有结果后再导入。"),
    )
    STAFF_CONTACT = (
        "staff_contact",
        _l("该人员担任管理岗位，手机和邮箱只能由本人修改。请清空这个单元格。"),
    )
