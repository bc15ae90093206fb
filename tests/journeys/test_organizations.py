"""A unit comes to the platform: registered, approved, its people imported, joined and moved."""

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from lms.accounts.rules import resident_check_character
from lms.demo_people import DEPARTMENT, ENTERPRISE
from lms.demo_people import PASSWORD as DEMO_PASSWORD
from lms.organizations.rules import credit_code_check_character
from tests.journeys import world
from tests.journeys.player import Player
from tests.journeys.system import System, wait_until
from tests.journeys.workbooks import (
    PLANTED,
    identity_number,
    mend_workbook,
    person_name,
    write_workbook,
)

UNIT = "日照山海精密制造有限公司"
_CODE = "91371102MA3UHJ2X1"
MANAGER_PHONE = "13706330001"
MANAGER_PASSWORD = "Shan-hai-2026-manager"
LEARNER_PASSWORD = "four quiet herons waiting"
PEOPLE = 200
# One of those whose row was right from the beginning.
ACTIVATED = 12


def number_of(first_17: str) -> str:
    return first_17 + resident_check_character(first_17)


def test_a_unit_registers_imports_its_people_and_they_learn(system, visit, tmp_path):
    manager, learner = visit("manager"), visit("activated")
    register_unit(manager.page)
    approve_unit(visit("department").sign_in("department", DEMO_PASSWORD))
    sign_in_by_phone(manager.page)
    marked = import_with_errors(manager.page, tmp_path)
    import_mended(manager.page, marked, tmp_path / "mended.xlsx")
    code = issue_codes(manager.page)
    activate(learner.page, code)
    earn_hours(learner.page, system)
    register_alone(visit("alone").page, manager.page)
    move(learner.page, visit("new-unit").sign_in("unit", DEMO_PASSWORD))
    assert manager.troubles == []
    assert learner.troubles == []


def register_unit(page: Page) -> None:
    """The unit and whoever will manage it, in one form."""
    page.goto("/register/unit")
    page.get_by_label("单位名称").fill(UNIT)
    page.get_by_label("统一社会信用代码").fill(_CODE + credit_code_check_character(_CODE))
    page.get_by_label("企业", exact=True).check()
    for level, name in enumerate(("山东省", "日照市", "东港区")):
        page.locator("select[name=division_code]").nth(level).select_option(label=name)
    pick(page, "主管部门", DEPARTMENT)
    page.get_by_label("单位地址").fill("日照市东港区山海路 1 号")
    page.get_by_label("单位电话").fill("0633-8001234")
    page.get_by_label("姓名").fill("古丽娜尔·买买提")
    page.get_by_label("证件号码").fill(number_of("37110219800808001"))
    page.get_by_label("手机号码").fill(MANAGER_PHONE)
    page.locator("#password").fill(MANAGER_PASSWORD)
    page.locator("#repeated").fill(MANAGER_PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交注册").click()
    expect(page).to_have_url(re.compile("/register/unit/"))


def pick(page: Page, label: str, name: str) -> None:
    """Type the beginning of an organization's name and choose it from the list."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.press_sequentially(name[:5])
    page.get_by_role("option", name=re.compile(name)).first.click()


def approve_unit(page: Page) -> None:
    """Its department finds the unit among those that wait."""
    page.goto("/manage/organizations/requests")
    page.get_by_role("link", name=UNIT).click()
    page.get_by_role("button", name="通过").click()
    confirm(page)
    expect(page.locator("#toasts")).to_contain_text("通过")


def confirm(page: Page) -> None:
    """Say yes to the question that is asked before anything is done."""
    page.locator("[data-confirm-yes]").click()


def sign_in_by_phone(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("用户名、身份证号或手机号").fill(MANAGER_PHONE)
    page.locator("#password").fill(MANAGER_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page).to_have_url("/me")


def import_with_errors(page: Page, folder: Path) -> Path:
    """The errors are told with row and column; the others are imported; the marked file is kept."""
    workbook = folder / "roster.xlsx"
    write_workbook(workbook, PEOPLE)
    upload(page, workbook)
    problems = page.locator("#roster-problems")
    for planted in PLANTED:
        expect(problems).to_contain_text(f"第 {planted.row} 行")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载带标记的文件").click()
    marked = folder / "marked.xlsx"
    download.value.save_as(marked)
    assert len(read_remarks(marked)) >= len(PLANTED)
    apply(page)
    expect(page.get_by_text("导入完成")).to_be_visible()
    return marked


def read_remarks(marked: Path) -> list[str]:
    """What the marked workbook says beside the rows."""
    sheet = load_workbook(marked).worksheets[0]
    column = sheet.max_column
    return [str(row[0]) for row in sheet.iter_rows(2, PEOPLE + 1, column, column, True) if row[0]]


def upload(page: Page, workbook: Path) -> None:
    page.goto("/manage/roster")
    page.locator("input[type=file]").set_input_files(workbook)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("button", name="确认导入")).to_be_visible(timeout=90_000)


def apply(page: Page) -> None:
    page.get_by_role("button", name="确认导入").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^导入")).click()
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=90_000)


def import_mended(page: Page, marked: Path, mended: Path) -> None:
    """The same workbook with its errors put right: those already there are left as they are."""
    mend_workbook(marked, mended)
    upload(page, mended)
    assert count(page, "拒绝") == 0
    assert count(page, "新增") + count(page, "无变化") == PEOPLE
    assert count(page, "无变化") >= PEOPLE - len(PLANTED) - 1
    apply(page)


def count(page: Page, label: str) -> int:
    """The figure of a tile."""
    tile = page.locator(".stat").filter(has_text=label)
    found = re.search(r"\d+", tile.inner_text())
    assert found is not None
    return int(found[0])


def issue_codes(page: Page) -> str:
    """The sheet for everybody of the unit who has no password; the code of one of them."""
    page.get_by_role("button", name="发放激活码").click()
    expect(page.get_by_role("heading", name="激活码")).to_be_visible()
    tail = identity_number(ACTIVATED)[-4:]
    slip = page.locator(".slip").filter(has_text=person_name(ACTIVATED)).filter(has_text=tail)
    return slip.locator(".code").inner_text()


def activate(page: Page, code: str) -> None:
    page.goto("/activate")
    page.get_by_label("身份证号或手机号").fill(identity_number(ACTIVATED))
    page.get_by_label("激活码").fill(code)
    page.get_by_role("button", name="下一步").click()
    page.locator("#password").fill(LEARNER_PASSWORD)
    page.locator("#repeated").fill(LEARNER_PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="激活并登录").click()
    expect(page).to_have_url("/me")


def earn_hours(page: Page, system: System) -> None:
    """A course without exam, watched to its end."""
    page.goto(f"/courses/{world.FREE}")
    page.get_by_role("button", name="免费报名").click()
    page.get_by_role("link", name="开始学习").first.click()
    player = Player(page, system)
    player.play()
    player.watch_to_the_end()
    query = "SELECT state FROM cycles WHERE id = :id"
    wait_until(
        lambda: system.value(query, id=player.cycle_id) == "completed", "the course is completed"
    )


def register_alone(page: Page, manager: Page) -> None:
    """Somebody whom the workbook forgot registers, and the unit approves."""
    page.goto("/register")
    page.get_by_label("证件号码").fill(number_of("37110219900909002"))
    page.get_by_label("姓名").fill("王䶮")
    page.get_by_label("手机号码").fill("13706330002")
    pick(page, "所在单位", UNIT)
    page.locator("#password").fill(LEARNER_PASSWORD)
    page.locator("#repeated").fill(LEARNER_PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交注册").click()
    expect(page).to_have_url("/me")
    expect(page.locator("#my-membership")).to_contain_text("等待")
    manager.goto("/manage/people/requests")
    row = manager.get_by_role("row", name=re.compile("王䶮"))
    row.get_by_role("button", name="同意", exact=True).click()
    confirm(manager)
    expect(manager.locator("#toasts")).to_be_visible()
    page.goto("/me")
    expect(page.locator("#my-membership")).to_have_count(0)
    page.goto(f"/courses/{world.EXAMINED}")
    expect(page.get_by_role("button", name="免费报名")).to_be_visible()


def move(page: Page, new_unit: Page) -> None:
    """The person asks, the new unit agrees; the hours are still theirs."""
    page.goto("/me/membership")
    pick(page, "新单位", ENTERPRISE)
    page.get_by_role("button", name="提交").click()
    new_unit.goto("/manage/people/requests")
    row = new_unit.get_by_role("row", name=re.compile(person_name(ACTIVATED)))
    row.get_by_role("button", name="同意", exact=True).click()
    confirm(new_unit)
    page.goto("/me/profile")
    expect(page.get_by_role("main")).to_contain_text(ENTERPRISE)
    expect(page.get_by_role("main")).to_contain_text(UNIT)
    page.goto("/me/hours")
    expect(page.get_by_role("main")).to_contain_text("2.5")
