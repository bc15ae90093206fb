"""The reviewers' pages: lists and filters, one decision, many at once, taking back."""

import pytest
from sqlalchemy import event

from lms.claims import listing, queries
from lms.claims.listing import Wanted
from lms.claims.models import ClaimDeed, ClaimState, ClaimStep
from lms.core.db import db
from lms.core.permissions import Role
from lms.web.paging import Place
from tests.claims.support import approve_all, decide, give_post, submitted
from tests.factories import PersonFactory
from tests.support import sign_in


@pytest.fixture
def manager(city, client):
    return sign_in(client, city.manager)


def pick(claim) -> str:
    return f"{claim.id}~{claim.turn}"


def post(client, deed: str, *claims, remark: str = ""):
    data = {"deed": deed, "remark": remark, "claims": [pick(claim) for claim in claims]}
    return client.post("/manage/claims/decide", data=data)


def test_overdue_ones_come_first_and_are_counted(city, clock, client):
    late = submitted(city.claimant, title="早提交的申报")
    clock.advance(days=11)
    fresh = submitted(PersonFactory(unit=city.unit), title="刚提交的申报")
    manager = sign_in(client, city.manager)
    page = manager.get("/manage/claims").text
    assert page.index(late.title) < page.index(fresh.title)
    assert "有 1 份申报已经超期" in page
    assert queries.count_overdue(city.manager) == 1
    assert "刚提交的申报" not in manager.get("/manage/claims?overdue=y").text


def test_the_list_is_narrowed_by_what_is_asked(city):
    old = submitted(city.claimant, year=2022)
    new = submitted(PersonFactory(unit=city.unit), "exam", {}, year=2023)
    decide(city.manager, old)
    see = city.official
    for wanted, found in (
        (Wanted(), [new, old]),
        (Wanted(year=2022), [old]),
        (Wanted(kind="exam"), [new]),
        (Wanted(unit="安泰"), [new, old]),
        (Wanted(unit="50%"), []),
        (Wanted(state=ClaimState.RETURNED), []),
        (Wanted(state=ClaimState.PENDING), [new, old]),
        (Wanted(flagged=True), []),
    ):
        assert listing.every_page(see, wanted, None).rows == found, wanted
    assert listing.waiting_page(city.officer, Wanted()).rows == [old]
    assert listing.kinds_seen(see) == {"training": "培训进修", "exam": "职业资格考试"}
    assert listing.years_seen(see) == [2023, 2022]


def test_pages_of_what_waits_go_on_where_they_ended(city, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    claims = [submitted(PersonFactory(unit=city.unit)) for _ in range(5)]
    seen, place = [], Place()
    while place is not None:
        page = listing.waiting_page(city.manager, Wanted(), place)
        seen += page.rows
        place = page.next
    assert seen == claims


def test_many_are_decided_at_once_and_each_result_is_told(city, manager):
    claims = [submitted(PersonFactory(unit=city.unit), title=f"申报{n}") for n in range(3)]
    stale = pick(claims[2])
    decide(city.manager, claims[2], ClaimDeed.RETURN, "先退回")
    data = {"deed": "approve", "claims": [pick(claims[0]), pick(claims[1]), stale]}
    page = manager.post("/manage/claims/decide", data=data).text
    assert "2 份已办理，1 份没有改动" in page
    assert "刚刚有了变动" in page
    assert [claim.step for claim in claims[:2]] == [ClaimStep.DEPARTMENT] * 2
    assert claims[2].state is ClaimState.RETURNED


def test_many_are_returned_with_one_remark(city, manager):
    claims = [submitted(PersonFactory(unit=city.unit)) for _ in range(2)]
    without = post(manager, "return", *claims)
    assert "退回时请写明需要修改什么" in without.text
    post(manager, "return", *claims, remark="请补充盖章材料")
    assert {claim.state for claim in claims} == {ClaimState.RETURNED}
    assert {claim.events[-1].remark for claim in claims} == {"请补充盖章材料"}


@pytest.mark.parametrize("data", [{}, {"claims": "x~y"}, {"claims": "1~1", "deed": "submit"}])
def test_nothing_picked_or_no_decision_changes_nothing(manager, data):
    assert manager.post("/manage/claims/decide", data=data).status_code == 303


def test_claims_of_others_cannot_be_picked(city, manager):
    own = submitted(city.manager)
    later = submitted(city.claimant)
    decide(city.manager, later)
    page = post(manager, "approve", own, later)
    assert "0 份已办理，2 份没有改动" in page.text
    assert (own.step, later.step) == (ClaimStep.UNIT, ClaimStep.DEPARTMENT)


def test_one_claim_is_decided_on_its_page(city, manager):
    claim = submitted(city.claimant)
    page = manager.get(f"/manage/claims/{claim.id}").text
    assert "每天不超过 8 学时，3 天最多 24 学时" in page
    address = f"/manage/claims/{claim.id}/decide"
    refused = manager.post(address, data={"deed": "return", "turn": claim.turn})
    assert refused.status_code == 422
    assert "退回时请写明需要修改什么" in refused.text
    manager.post(address, data={"deed": "approve", "turn": claim.turn, "remark": "属实"})
    assert claim.step is ClaimStep.DEPARTMENT
    assert claim.events[-1].remark == "属实"


def test_who_cannot_decide_reads_without_buttons(city, client):
    claim = submitted(city.claimant)
    sign_in(client, city.official)
    page = client.get(f"/manage/claims/{claim.id}").text
    assert claim.title in page
    assert "/decide" not in page
    answer = client.post(
        f"/manage/claims/{claim.id}/decide", data={"deed": "approve", "turn": claim.turn}
    )
    assert answer.status_code == 403


def test_ones_own_claim_is_not_among_those_to_review(city, client):
    give_post(city.claimant, Role.BUREAU_OFFICER, city.bureau)
    claim = submitted(city.claimant)
    sign_in(client, city.claimant)
    assert client.get(f"/manage/claims/{claim.id}").status_code == 404
    assert claim.title not in client.get("/manage/claims?show=all").text


def test_a_bureau_takes_a_claim_back_on_its_page(city, client):
    claim = approve_all(submitted(city.claimant), city.manager, city.officer, city.official)
    sign_in(client, city.official)
    address = f"/manage/claims/{claim.id}"
    assert "撤销认定" in client.get(address).text
    client.post(f"{address}/take-back", data={"remark": ""})
    assert claim.state is ClaimState.RECOGNIZED
    client.post(f"{address}/take-back", data={"remark": "证书系伪造"})
    assert claim.state is ClaimState.TAKEN_BACK
    assert "证书系伪造" in client.get(address).text


def test_a_flag_links_to_what_one_may_see_and_names_nobody_else(city, client):
    first = submitted(city.claimant, number="鲁培〔2022〕0815号")
    second = submitted(PersonFactory(unit=city.unit, name="冉冬梅"), number="鲁培2022-0815号")
    sign_in(client, city.manager)
    page = client.get(f"/manage/claims/{second.id}").text
    assert f"/manage/claims/{first.id}" in page
    assert "疑似重复" in client.get("/manage/claims").text
    assert first.title in client.get("/manage/claims?flagged=y").text


def test_the_list_asks_the_same_number_of_queries_however_long_it_is(city, manager):
    submitted(city.claimant)
    few = _queries_of(manager, "/manage/claims")
    for _ in range(4):
        submitted(PersonFactory(unit=city.unit))
    assert _queries_of(manager, "/manage/claims") == few


def _queries_of(client, address: str) -> int:
    asked = []

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    assert client.get(address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_a_filter_that_says_nonsense_narrows_nothing(city, manager):
    claim = submitted(city.claimant)
    for query in ("year=abcd", "state=x&show=all", "after=x", "after=2025-01-01~99", "kind="):
        assert manager.get(f"/manage/claims?{query}").status_code == 200
    assert db.session.get(type(claim), claim.id).state is ClaimState.PENDING
