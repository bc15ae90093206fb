"""What kinds of questions there are, and what they are asked for."""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class QuestionKind(LabelledEnum):
    FILL_IN = "fill_in", _l("填空题")
    MATCHING = "matching", _l("匹配题")
    MULTIPLE = "multiple", _l("多选题")
    ORDERING = "ordering", _l("排序题")
    SINGLE = "single", _l("单选题")
    TRUE_FALSE = "true_false", _l("判断题")


# In the order in which papers hold them and pages name them, not that of the alphabet.
KINDS = (
    QuestionKind.SINGLE,
    QuestionKind.MULTIPLE,
    QuestionKind.TRUE_FALSE,
    QuestionKind.FILL_IN,
    QuestionKind.ORDERING,
    QuestionKind.MATCHING,
)


class Counting(LabelledEnum):
    """How a question counts: one found to be faulty may count for everybody, or for nobody."""

    KEY = "key", _l("按答案计分"), "success"
    EVERYBODY = "everybody", _l("全员得分"), "info"
    VOID = "void", _l("不计分"), "neutral"


class QuestionUse(LabelledEnum):
    BOTH = "both", _l("弹题和考试")
    EXAM = "exam", _l("考试")
    POPUP = "popup", _l("弹题")
