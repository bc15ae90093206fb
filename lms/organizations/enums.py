"""What others must know of organizations without their tables."""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class UnitNature(LabelledEnum):
    """What decides which years a title review looks at (Yantai 2023, 六(一))."""

    ENTERPRISE = "enterprise", _l("企业")
    INSTITUTION = "institution", _l("事业单位")
