"""Five people and a claim: made with evidence, returned by the unit, mended, recognised in part.

Jining 2022, 二（二）4（1）: 3 days of training are at most 24 hours, whatever the certificate says.
"""

import re

from playwright.sync_api import Page, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD

UNIT = "济宁安泰建设集团有限公司"
DEPARTMENT = "济宁市住房和城乡建设局"
BUREAU = "济宁市人力资源和社会保障局"
PEOPLE = {
    "claims-person": "孔令辉",
    "claims-unit": "孟庆华",
    "claims-department": "颜世伟",
    "claims-bureau": "曾祥云",
}
TITLE = "BIM 技术应用高级研修班"
REASON = "每天不超过 8 学时，3 天最多 24 学时"
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_five_people_and_a_claim_of_thirty_hours(system, visit):
    system.run_module("tests.journeys.claims_seed")
    claimant = visit("claimant")
    claim_training(claimant.sign_in("claims-person"))
    unit, department, bureau, province = (
        visit(name) for name in ("unit", "department", "bureau", "province")
    )
    unit_page = unit.sign_in("claims-unit")
    decide(unit_page, "退回修改", "请补充培训日程")
    mend(claimant.page)
    decide(unit_page, "审核通过")
    decide(department.sign_in("claims-department"), "审核通过")
    # The last step is shown what will be booked before it decides.
    decide(bureau.sign_in("claims-bureau"), "审核通过", foreseen=REASON)
    read_result(claimant.page)
    read_ledger(claimant.page)
    read_history(province.sign_in("province", DEMO_PASSWORD))
    # The browser reports the file that was refused.
    (refused,) = claimant.troubles
    assert "/evidence: Failed to load resource" in refused
    for visitor in (unit, department, bureau, province):
        assert visitor.troubles == [], visitor.name


def claim_training(page: Page) -> None:
    """Year and kind, the form of the kind with its caps told while typing, evidence, submitted."""
    page.goto("/hourbank/claims")
    page.get_by_role("main").get_by_role("link", name="申报学时").first.click()
    page.get_by_role("link", name="2022 年").click()
    page.get_by_role("button", name=re.compile("^培训进修")).click()
    page.get_by_label("学习内容").fill(TITLE)
    page.get_by_label("证书或文号").fill("鲁建培〔2022〕0815 号")
    page.get_by_label("天数").fill("3")
    page.get_by_label(re.compile("^学时")).fill("30")
    preview = page.locator("#preview")
    expect(preview).to_contain_text(REASON)
    expect(preview.locator(".recognition-granted")).to_contain_text("24")
    expect(preview.locator(".recognition-refused")).to_contain_text("6")
    # What is no evidence is refused in words, and the form keeps what was typed.
    attach(page, "证书.pdf", b"not a certificate")
    expect(page.locator("#evidence-certificate")).to_contain_text("只能上传 PDF、JPG 或 PNG")
    drop(page, "证书.pdf", _PDF)
    expect(page.get_by_role("link", name="证书.pdf")).to_be_visible()
    expect(page.get_by_label("天数")).to_have_value("3")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#toasts")).to_contain_text("申报已提交")
    expect(page.locator("#progress")).to_contain_text(UNIT)


def attach(page: Page, name: str, content: bytes) -> None:
    """Choose a file in the dialog."""
    page.locator("#evidence-certificate input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": content}
    )


def drop(page: Page, name: str, content: bytes) -> None:
    """Drag a file onto the zone and drop it."""
    data = page.evaluate_handle(
        """([name, content]) => {
            const data = new DataTransfer();
            data.items.add(new File([content], name, { type: 'application/pdf' }));
            return data;
        }""",
        [name, content.decode()],
    )
    page.locator("#evidence-certificate [data-drop-zone]").dispatch_event(
        "drop", {"dataTransfer": data}
    )


def decide(page: Page, decision: str, remark: str = "", foreseen: str = "") -> None:
    """Find the claim among those that wait, open it and decide."""
    page.goto("/manage/claims")
    page.get_by_role("link", name=TITLE).click()
    if foreseen:
        expect(page.locator("#result")).to_contain_text(foreseen)
    page.get_by_role("textbox", name="意见").fill(remark)
    page.get_by_role("button", name=decision).click()
    expect(page.locator("#toasts")).to_contain_text(decision)
    expect(page.get_by_role("main")).to_contain_text("没有待您审核的申报")


def mend(page: Page) -> None:
    """The reason stands where the claim is mended; it is sent again with another file."""
    page.goto("/hourbank/claims")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="修改并重新提交").click()
    expect(page.get_by_role("main")).to_contain_text("请补充培训日程")
    attach(page, "日程.pdf", _PDF + b"% schedule\n%%EOF\n")
    expect(page.get_by_role("link", name="日程.pdf")).to_be_visible()
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#toasts")).to_contain_text("申报已提交")


def read_result(page: Page) -> None:
    """24 hours recognised, 6 of 30 refused, and why."""
    page.goto("/hourbank/claims")
    page.get_by_role("link", name=TITLE).click()
    result = page.locator("#result")
    expect(result.locator(".recognition-granted")).to_contain_text("24")
    expect(result.locator(".recognition-refused")).to_contain_text(re.compile("6.*" + REASON))


def read_ledger(page: Page) -> None:
    """The bank has booked them, with the reason for the rest."""
    page.get_by_role("link", name="在学时银行中查看").click()
    entry = page.get_by_role("row").filter(has_text=TITLE)
    expect(entry).to_contain_text("24")
    expect(entry).to_contain_text(f"6 学时不予认定：{REASON}")


def read_history(page: Page) -> None:
    """The province reads who did what, and finds nothing to decide."""
    page.goto("/manage/claims?show=all")
    page.get_by_role("link", name=TITLE).click()
    history = page.locator("#history")
    for name in PEOPLE.values():
        expect(history).to_contain_text(name)
    expect(history).to_contain_text("请补充培训日程")
    expect(page.locator("#decision")).to_have_count(0)
