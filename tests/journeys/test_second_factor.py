"""Staff of an installation that requires a second factor set one up and sign in with it.

The site is visited by its name: passkeys belong to a domain, and 127.0.0.1 is none.
"""

import re
import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from lms.demo_people import PASSWORD
from tests.journeys.conftest import DESK, HAS_FAILED, PHONE, RESULTS
from tests.journeys.system import System, running
from tests.journeys.visitor import Visitor

OWN = "/me/security/second-factor"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """An installation of its own: people, a web server, and a second factor for all staff."""
    folder = tmp_path_factory.mktemp("second-factor")
    with running(folder, "second_factor", web_workers=1, second_factor="required") as made:
        made.run_module("tests.journeys.people_seed")
        made.start("web")
        yield made


@pytest.fixture
def visit(
    guarded: System, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def open_browser(name: str, *, phone: bool = False) -> Visitor:
        context = browser.new_context(
            **(PHONE if phone else DESK),
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=f"http://localhost:{guarded.port}",
        )
        context.set_default_timeout(15_000)
        context.tracing.start(snapshots=True)
        visitors.append(Visitor(name, context))
        return visitors[-1]

    yield open_browser
    has_failed = request.node.stash.get(HAS_FAILED, False)
    for visitor in visitors:
        visitor.leave(RESULTS / "failed" / request.node.name if has_failed else None)


def _enter_password(page: Page, username: str, target: str) -> None:
    page.goto(f"/sign-in?next={target}")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=False).first.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()


def _sign_out(page: Page) -> None:
    page.locator(".site-account").first.click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile(r"/$"))


def _next_code(secret: str) -> str:
    """A code of a time step that was not used yet; waits for it if need be."""
    totp = pyotp.TOTP(secret)
    time.sleep(totp.interval - time.time() % totp.interval + 0.5)
    return totp.now()


def _hold_authenticator(page: Page) -> CDPSession:
    """Give the browser an authenticator that says yes, as a thumb on a reader does."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    traits = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": traits})
    return session


def test_a_trainer_sets_up_an_authenticator_on_a_phone_and_signs_in_with_it(visit):
    visitor = visit("trainer", phone=True)
    page = visitor.page
    _enter_password(page, "trainer", "/manage/courses")
    expect(page).to_have_url(re.compile(f"{OWN}\\?next="))
    expect(page.get_by_text("请选一种方式设置")).to_be_visible()
    page.get_by_role("link", name="设置验证器应用").click()
    page.get_by_role("button", name="开始设置").click()
    expect(page.get_by_role("img", name="验证器应用的二维码")).to_be_visible()
    secret = page.locator("code.totp-key").inner_text().replace(" ", "")

    page.get_by_label("验证码").fill("12345")
    page.get_by_role("button", name="完成设置").click()
    expect(page.get_by_text("验证码不正确").first).to_be_visible()
    used = pyotp.TOTP(secret).now()
    page.get_by_label("验证码").fill(f"{used[:3]} {used[3:]}")
    page.get_by_role("button", name="完成设置").click()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="已保存好，继续").click()
    expect(page).to_have_url(re.compile("/manage/courses$"))

    page.goto("/")
    _sign_out(page)
    _enter_password(page, "trainer", "/manage/courses")
    expect(page.get_by_role("heading", name="二次验证")).to_be_visible()
    page.get_by_label("6 位数字").fill(used)
    page.get_by_role("button", name="验证", exact=True).click()
    expect(page.get_by_text("已经用过").first).to_be_visible()
    page.goto("/me")
    expect(page.get_by_role("heading", name="二次验证")).to_be_visible()
    page.get_by_label("6 位数字").fill(_next_code(secret))
    page.get_by_role("button", name="验证", exact=True).click()
    expect(page).to_have_url(re.compile("/me$"))
    page.goto("/manage/courses")
    expect(page).to_have_url(re.compile("/manage/courses$"))

    page.goto("/")
    _sign_out(page)
    _enter_password(page, "trainer", "/me")
    page.get_by_text("使用恢复码").click()
    page.get_by_label("恢复码").fill(codes[0].lower())
    page.get_by_role("button", name="用恢复码登录").click()
    expect(page).to_have_url(re.compile("/me$"))
    expect(page.get_by_text("还剩 9 个")).to_be_visible()
    assert [t for t in visitor.troubles if "status of 422" not in t] == []


def test_an_officer_sets_up_a_passkey_and_signs_in_with_it(visit):
    visitor = visit("bureau")
    page = visitor.page
    authenticator = _hold_authenticator(page)
    _enter_password(page, "bureau", "/manage/permissions")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label("名称").fill("办公室电脑")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    page.get_by_role("link", name="已保存好，继续").click()
    expect(page).to_have_url(re.compile("/manage/permissions$"))

    page.goto(OWN)
    expect(page.get_by_text("办公室电脑").first).to_be_visible()
    _sign_out(page)
    _enter_password(page, "bureau", "/manage/permissions")
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page).to_have_url(re.compile("/manage/permissions$"))
    assert visitor.troubles == []
    authenticator.detach()


def test_a_passkey_that_is_refused_is_told_in_words(visit):
    visitor = visit("department")
    page = visitor.page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    traits = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": traits})
    _enter_password(page, "department", "/me")
    page.goto(f"{OWN}/passkeys/new")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_role("alert").filter(has_text="没有完成确认")).to_be_visible()
    expect(page.get_by_role("button", name="添加通行密钥")).to_be_enabled()


def test_visited_by_address_the_page_says_where_passkeys_work(guarded, visit):
    visitor = visit("unit")
    page = visitor.page
    page.goto(f"http://127.0.0.1:{guarded.port}/sign-in?next={OWN}/passkeys/new")
    page.get_by_label("用户名").fill("unit")
    page.get_by_label("密码", exact=False).first.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("link", name=f"http://localhost:{guarded.port}")).to_be_visible()
    expect(page.get_by_role("button", name="添加通行密钥")).to_have_count(0)
