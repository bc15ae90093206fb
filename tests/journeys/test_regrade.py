"""A key that was wrong: mended, it takes one certificate back and gives one."""

import re

from playwright.sync_api import Page, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys.system import System, wait_until

SLUG, TITLE = "attendance-rules", "考勤与请假制度"
WRONG = "请假三天以上由谁批准？"
# The key of each is its first option; of the first question that is not true.
QUESTIONS = {
    WRONG: ("部门主管", "分管领导", "同事"),
    "旷工一天怎样处理？": ("书面警告", "口头提醒", "不处理"),
    "考勤记录保存几年？": ("三年", "一年", "半年"),
    "加班需要事先审批吗？": ("需要", "不需要", "看情况"),
}
LEARNERS = {"regradeloser": "钱有方", "regradewinner": "孙明理"}
REVERSED = (
    "SELECT COUNT(*) FROM deliveries JOIN credits ON credits.id = credit_id "
    "JOIN people ON people.id = person_id "
    "WHERE username = :name AND deliveries.kind = :kind AND deliveries.state = 'acknowledged'"
)


def test_a_regrade_takes_one_certificate_back_and_gives_one(system, visit):
    system.run_module("tests.journeys.regrade_seed")
    loser, winner = visit("loser"), visit("winner")
    lost, won = loser.sign_in("regradeloser"), winner.sign_in("regradewinner")
    sit(lost, system, "regradeloser", {WRONG: "部门主管", "考勤记录保存几年？": "一年"})
    expect(lost.get_by_text("恭喜，考试合格！")).to_be_visible()
    sit(won, system, "regradewinner", {WRONG: "分管领导", "考勤记录保存几年？": "一年"})
    expect(won.get_by_text("这次没有合格")).to_be_visible()
    wait_for_delivery(system, "regradeloser", "credit")
    verify = certificate_address(system, "regradeloser")
    manager = visit("manager")
    mend_the_key(manager.sign_in("base", DEMO_PASSWORD), system)
    see_it_is_gone(lost, system, verify)
    see_it_has_come(won, system)
    wait_for_delivery(system, "regradeloser", "reversal")
    wait_for_delivery(system, "regradewinner", "credit")
    assert manager.troubles == loser.troubles == winner.troubles == []


def sit(page: Page, system: System, username: str, other: dict[str, str]) -> None:
    """Sit the exam with the first option everywhere but where `other` says."""
    page.goto(exam_address(system, username))
    page.get_by_role("main").get_by_role("button", name=re.compile("打开试卷")).click()
    expect(page.locator(".exam-question")).to_have_count(len(QUESTIONS))
    for question in page.locator(".exam-question").all():
        text = question.locator(".exam-text").inner_text().strip()
        wanted = other.get(text, QUESTIONS[text][0])
        question.locator(".exam-option").filter(has_text=re.compile(f"^\\s*{wanted}")).click()
    expect(page.locator("[data-exam-status]")).to_have_text("已保存")
    page.get_by_role("button", name="交卷").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确定交卷").click()
    expect(page.get_by_role("heading", name=re.compile("考试结果"))).to_be_visible()


def exam_address(system: System, username: str) -> str:
    cycle = "SELECT cycles.id FROM cycles JOIN people ON people.id = person_id "
    return f"/learn/{system.value(cycle + 'WHERE username = :name', name=username)}/exam"


def certificate_address(system: System, username: str) -> str:
    """Where anybody verifies the newest certificate of a learner."""
    code = "SELECT code FROM certificates JOIN people ON people.id = person_id "
    newest = "WHERE username = :name ORDER BY certificates.id DESC LIMIT 1"
    return f"/v/{system.value(code + newest, name=username)}"


def mend_the_key(page: Page, system: System) -> None:
    """From the bank to the question, through the preview to the record."""
    page.goto(f"/manage/courses/{SLUG}/questions")
    question = system.value("SELECT id FROM questions WHERE text = :text", text=WRONG)
    page.locator(f'a[href$="/questions/{question}/history"]').click()
    page.get_by_role("link", name="更正答案并重新评分").click()
    page.get_by_label("B. 分管领导").check()
    page.get_by_label("更正理由").fill("制度第五条：三天以上由分管领导批准。")
    page.get_by_role("button", name="预览影响").click()
    preview = page.locator("#preview")
    expect(
        preview.get_by_role("row", name=re.compile("钱有方.*75 . 100.*50 . 100"))
    ).to_be_visible()
    expect(
        preview.get_by_role("row", name=re.compile("孙明理.*50 . 100.*75 . 100"))
    ).to_be_visible()
    page.get_by_role("button", name="确认更正并重新评分").click()
    expect(page.locator('#regrade[data-state="applied"]')).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name=re.compile("钱有方.*撤销证书"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("孙明理.*颁发证书"))).to_be_visible()


def see_it_is_gone(page: Page, system: System, verify: str) -> None:
    page.goto(exam_address(system, "regradeloser"))
    page.get_by_role("link", name="第 1 次考试").click()
    expect(page.get_by_text("成绩已重新计算")).to_be_visible()
    expect(page.get_by_text("制度第五条：三天以上由分管领导批准。")).to_be_visible()
    expect(page.get_by_role("link", name="再考一次")).to_be_visible()
    page.goto(verify)
    expect(page.get_by_text("已撤销").first).to_be_visible()
    expect(page.get_by_text("试题更正后成绩未达到合格线")).to_be_visible()


def see_it_has_come(page: Page, system: System) -> None:
    page.goto("/me/certificates")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.goto(certificate_address(system, "regradewinner"))
    expect(page.get_by_text("有效").first).to_be_visible()


def wait_for_delivery(system: System, username: str, kind: str) -> None:
    wait_until(
        lambda: system.value(REVERSED, name=username, kind=kind) == 1,
        f"the bank acknowledges the {kind} of {username}",
    )
