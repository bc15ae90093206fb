"""Who and what the journeys meet: learners, courses, and the right answers."""

from dataclasses import dataclass
from pathlib import Path

from lms.config import ROOT

SAMPLES = ROOT / "media/samples/test"
TEXTBOOK = ROOT / "media/samples/digital-engineers/textbook.pdf"
PASSWORD = "journey-password"

PAID = "workshop-equipment"
FREE = "safe-production-law"
EXAMINED = "policy-review"
REVISED = "emergency-plans"
# Its one lesson is read and not watched: so many pages of the textbook.
READ = "textbook-reading"
READ_TITLE = "读教材学政策"
READ_PAGES = (3, 6)


@dataclass(frozen=True)
class Learner:
    """A learner, each of one journey, so that no journey depends on another."""

    username: str
    name: str


MAIN = Learner("main", "欧阳思远")
RELOADING = Learner("reloading", "李春梅")
PHONE = Learner("phone", "何志军")
KEYBOARD = Learner("keyboard", "郑丽")
RESTUDYING = Learner("restudying", "马建华")
READER = Learner("reader", "林晓燕")
CUT_OFF = Learner("cutoff", "高志强")
UNHEARD = Learner("unheard", "罗小梅")
LATE = Learner("late", "梁国栋")
SITTING = Learner("sitting", "宋雅文")
HASTY = Learner("hasty", "唐婉清")
EARLIER = Learner("earlier", "石明远")
TUNNEL = Learner("tunnel", "任天宇")
TUNNEL_EXAM = Learner("tunnel-exam", "崔雪梅")
POWER_CUT = Learner("powercut", "谭志远")
POWER_CUT_EXAM = Learner("powercut-exam", "白若兰")
DUEL = Learner("duel", "卢文博")
WRITING = Learner("writing", "谢文婷")
BESIDE = Learner("beside", "韩雪峰")
TAPPING = Learner("tapping", "邓小燕")
TYPING = Learner("typing", "曹立新")
PAGING = Learner("paging", "彭秀英")
LEARNERS = (
    *(MAIN, RELOADING, PHONE, KEYBOARD, RESTUDYING, READER),
    *(CUT_OFF, UNHEARD, LATE, SITTING, HASTY, EARLIER),
    *(TUNNEL, TUNNEL_EXAM, POWER_CUT, POWER_CUT_EXAM, DUEL),
    *(WRITING, BESIDE, TAPPING, TYPING, PAGING),
)


@dataclass(frozen=True)
class Asked:
    """A question with its options; `right` are the texts of the right ones."""

    text: str
    options: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def kind(self) -> str:
        if self.options == ("正确", "错误"):
            return "true_false"
        return "multiple" if len(self.right) > 1 else "single"

    @property
    def answer(self) -> tuple[int, ...]:
        return tuple(self.options.index(text) for text in self.right)


QUESTIONS = (
    Asked("每年累计应不少于多少学时？", ("90 学时", "60 学时", "30 学时"), ("90 学时",)),
    Asked("公需科目每年应不少于多少学时？", ("30 学时", "20 学时", "10 学时"), ("30 学时",)),
    Asked("专业科目每年应不少于多少学时？", ("60 学时", "45 学时", "15 学时"), ("60 学时",)),
    Asked("每门课程有几次考试机会？", ("2 次", "3 次", "不限"), ("2 次",)),
    Asked(
        "下列哪些属于继续教育科目？",
        ("公需科目", "专业科目", "兴趣科目"),
        ("公需科目", "专业科目"),
    ),
    Asked("弹题答对之后视频才继续播放。", ("正确", "错误"), ("正确",)),
)
# With these a third paper of the examined course can ask nothing that the first two asked.
MORE_QUESTIONS = (
    Asked("学时按什么记录？", ("年度", "月份", "季度"), ("年度",)),
    Asked("学时存入哪里？", ("学时银行", "工资卡", "图书馆"), ("学时银行",)),
    Asked(
        "考试两次不合格之后怎么办？", ("申请重新学习", "直接补考", "等候通知"), ("申请重新学习",)
    ),
    Asked("公需科目课程收费吗？", ("免费", "每学时一元", "每年一百元"), ("免费",)),
    Asked("课程考试合格之后得到什么？", ("结业证书", "奖金", "假期"), ("结业证书",)),
    Asked("结业证书可以由任何人核验。", ("正确", "错误"), ("正确",)),
    Asked("公需科目的学时可以抵作专业科目。", ("正确", "错误"), ("错误",)),
)
RIGHT = {question.text: question.right for question in (*QUESTIONS, *MORE_QUESTIONS)}


@dataclass(frozen=True)
class CourseFacts:
    """A course of the journeys; each lesson is a title and a film."""

    slug: str
    title: str
    category: str
    hours: str
    requires_exam: bool
    lessons: tuple[tuple[str, Path], ...]


FILM = SAMPLES / "landscape.mp4"
SILENT_FILM = SAMPLES / "silent.webm"

COURSES = (
    CourseFacts(
        PAID,
        "数字化车间设备运行与维护",
        "professional",
        "7.5",
        True,
        (("设备点检的要点", FILM), ("常见故障的处理", SILENT_FILM)),
    ),
    CourseFacts(FREE, "安全生产法要点", "public", "2.5", False, (("依法生产", FILM),)),
    CourseFacts(REVISED, "应急预案的编制", "public", "2", False, (("编制要点", FILM),)),
    CourseFacts(EXAMINED, "继续教育政策解读", "public", "2", True, (("政策解读", SILENT_FILM),)),
)
