"""What a person can be: documents, states, professions. Labels are the field's own words."""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class IdentityKind(LabelledEnum):
    """What document an identity number is from.

    The residence permit of people from Hong Kong, Macao and Taiwan has a number of the resident
    kind (GB 11643) and is entered as such.
    """

    RESIDENT = "resident", _l("居民身份证")
    HONG_KONG_MACAO_PERMIT = "hong_kong_macao_permit", _l("港澳居民来往内地通行证")
    PASSPORT = "passport", _l("护照")
    TAIWAN_PERMIT = "taiwan_permit", _l("台湾居民来往大陆通行证")


class PersonState(LabelledEnum):
    """What became of a person. Only ACTIVE people begin to study."""

    PENDING = "pending", _l("待审核"), "warning"
    ACTIVE = "active", _l("正常"), "success"
    REFUSED = "refused", _l("未通过"), "danger"
    SUSPENDED = "suspended", _l("已停用"), "danger"
    RETIRED = "retired", _l("已退休"), "neutral"
    DECEASED = "deceased", _l("已去世"), "neutral"
    MERGED = "merged", _l("已合并"), "neutral"


# Retired people still look up and print what they have earned; whoever was refused reads why.
MAY_SIGN_IN = frozenset(
    {PersonState.PENDING, PersonState.ACTIVE, PersonState.REFUSED, PersonState.RETIRED}
)


class EmploymentEnd(LabelledEnum):
    """Why somebody is no longer in a unit."""

    DECEASED = "deceased", _l("去世")
    LEFT = "left", _l("离职")
    MERGED = "merged", _l("人员合并")
    MOVED = "moved", _l("调动")
    RETIRED = "retired", _l("退休")


class TitleLevel(LabelledEnum):
    """职称级别, the level of a professional title (中办发〔2016〕77号)."""

    NONE = "none", _l("未评定")
    JUNIOR = "junior", _l("初级")
    INTERMEDIATE = "intermediate", _l("中级")
    ASSOCIATE_SENIOR = "associate_senior", _l("副高级")
    SENIOR = "senior", _l("正高级")


class ProfessionSeries(LabelledEnum):
    """职称系列, the 27 series of professional titles (人社部《职称评审管理暂行规定》及系列改革)."""

    HIGHER_EDUCATION = "higher_education", _l("高等学校教师")
    SOCIAL_SCIENCE = "social_science", _l("哲学社会科学研究人员")
    NATURAL_SCIENCE = "natural_science", _l("自然科学研究人员")
    HEALTH = "health", _l("卫生技术人员")
    ENGINEERING = "engineering", _l("工程技术人员")
    AGRICULTURE = "agriculture", _l("农业技术人员")
    NEWS = "news", _l("新闻专业人员")
    PUBLISHING = "publishing", _l("出版专业人员")
    LIBRARY = "library", _l("图书资料专业人员")
    MUSEUM = "museum", _l("文物博物专业人员")
    ARCHIVES = "archives", _l("档案专业人员")
    CRAFTS = "crafts", _l("工艺美术专业人员")
    SKILL_SCHOOL = "skill_school", _l("技工院校教师")
    SPORTS = "sports", _l("体育专业人员")
    TRANSLATION = "translation", _l("翻译专业人员")
    BROADCASTING = "broadcasting", _l("播音主持专业人员")
    ACCOUNTING = "accounting", _l("会计人员")
    STATISTICS = "statistics", _l("统计专业人员")
    ECONOMICS = "economics", _l("经济专业人员")
    LABORATORY = "laboratory", _l("实验技术人才")
    VOCATIONAL_SCHOOL = "vocational_school", _l("中等职业学校教师")
    SCHOOL = "school", _l("中小学教师")
    ARTS = "arts", _l("艺术专业人员")
    LEGAL_SERVICES = "legal_services", _l("公共法律服务专业人员")
    SHIPPING = "shipping", _l("船舶专业技术人员")
    CIVIL_AVIATION = "civil_aviation", _l("民用航空飞行技术人员")
    AUDITING = "auditing", _l("审计专业人员")
