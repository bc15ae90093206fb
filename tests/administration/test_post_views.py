"""The pages of posts and of what they allow."""

import re

import pytest

from lms.accounts.models import Post
from lms.administration import queries
from lms.administration.candidates import VALID_SECONDS, read_candidate, sign_candidate
from lms.core.db import db
from lms.core.permissions import GRANTS, Permission, Role
from lms.organizations.models import OrganizationKind
from tests.administration.support import holder
from tests.factories import PersonFactory
from tests.factories import organizations as make
from tests.factories.accounts import PASSWORD, identity_number
from tests.support import sign_in

pytestmark = pytest.mark.usefixtures("divisions")
TOKEN = re.compile(r'name="candidate" value="([^"]+)"')


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def find(client, unit, **data):
    asked = {"role": "unit_manager", "ends_on": "", **data}
    return client.post(f"/manage/organizations/{unit.id}/posts/new", data=asked)


@pytest.mark.parametrize("by", ["number", "username", "name"])
def test_a_person_is_found_shown_masked_and_given_the_post(client, unit, by):
    sign_in(client, holder(Role.UNIT_MANAGER, unit))
    number = identity_number(77)
    person = PersonFactory(
        name="林晓东", identity_number=number, unit=unit, username="linxd", password=PASSWORD
    )
    who = {"number": number, "username": "LinXD", "name": "林晓"}[by]
    page = text_of(find(client, unit, who=who, ends_on="2025-12-31"))
    assert "林晓东" in page
    assert person.masked_identity in page
    assert number not in page
    data = {"candidate": TOKEN.search(page)[1], "role": "unit_manager", "ends_on": "2025-12-31"}
    client.post(f"/manage/organizations/{unit.id}/posts", data=data)
    posts = {post.person_id: post for post in queries.current_posts(unit)}
    assert posts[person.id].ends_on.isoformat() == "2025-12-31"


@pytest.mark.parametrize("who", ["linxd", "林晓", identity_number(77)])
def test_whoever_is_not_activated_is_not_found(client, unit, who):
    sign_in(client, holder(Role.UNIT_MANAGER, unit))
    number = identity_number(77)
    PersonFactory(name="林晓东", identity_number=number, unit=unit, username="linxd")
    assert "没有找到可以任职的人员" in text_of(find(client, unit, who=who))


def test_strangers_are_not_found_by_name(client, unit):
    sign_in(client, holder(Role.UNIT_MANAGER, unit))
    PersonFactory(name="林晓东", unit=make.unit("别的厂", "371102"), password=PASSWORD)
    answer = find(client, unit, who="林晓东")
    assert answer.status_code == 422
    assert "没有找到可以任职的人员" in text_of(answer)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"who": ""}, "who"),
        ({"who": "nobody", "ends_on": "2020-01-01"}, "ends_on"),
        ({"who": "nobody", "ends_on": "soon"}, "ends_on"),
        ({"who": "nobody", "role": "bureau_officer"}, "role"),
    ],
)
def test_a_search_that_is_wrong_is_told_at_its_field(client, unit, data, field):
    sign_in(client, holder(Role.UNIT_MANAGER, unit))
    answer = find(client, unit, **data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text_of(answer)


def test_a_candidate_is_named_by_a_token_of_this_actor_place_and_hour(client, unit, app):
    manager, person = holder(Role.UNIT_MANAGER, unit), PersonFactory()
    other = make.unit("别的厂", "371102")
    good = sign_candidate(manager, unit, person)
    assert read_candidate(manager, unit, good) is person
    assert read_candidate(person, unit, good) is None
    assert read_candidate(manager, other, good) is None
    assert read_candidate(manager, unit, good[:-2]) is None
    assert VALID_SECONDS <= 3600
    sign_in(client, manager)
    for forged in (str(person.id), "", good[:-2], sign_candidate(person, unit, person)):
        data = {"candidate": forged, "role": "unit_manager"}
        client.post(f"/manage/organizations/{unit.id}/posts", data=data)
    assert len(queries.current_posts(unit)) == 1


def test_a_forged_role_is_refused_at_the_second_step(client, unit):
    manager = holder(Role.UNIT_MANAGER, unit)
    sign_in(client, manager)
    for role, status in (("bureau_officer", 403), ("king", 404)):
        data = {"candidate": sign_candidate(manager, unit, PersonFactory()), "role": role}
        answer = client.post(f"/manage/organizations/{unit.id}/posts", data=data)
        assert answer.status_code == status
    assert len(queries.current_posts(unit)) == 1


def test_a_manager_hands_over_from_the_own_page(client, unit):
    manager = holder(Role.UNIT_MANAGER, unit)
    successor = PersonFactory(username="successor", password=PASSWORD)
    sign_in(client, manager)
    post_id = manager.posts[0].id
    address = f"/manage/posts/{post_id}/hand-over"
    assert address in text_of(client.get("/me"))
    page = text_of(client.post(address, data={"who": "successor"}))
    answer = client.post(f"{address}/confirm", data={"candidate": TOKEN.search(page)[1]})
    assert answer.location == "/me"
    assert [post.person_id for post in queries.current_posts(unit)] == [successor.id]
    assert client.get("/manage/organizations").status_code == 403


def test_the_last_day_is_changed_and_a_post_ended(client, officer, unit):
    manager = holder(Role.UNIT_MANAGER, unit)
    post_id = manager.posts[0].id
    sign_in(client, officer)
    client.post(f"/manage/posts/{post_id}", data={"ends_on": "2025-06-30"})
    assert db.session.get(Post, post_id).ends_on.isoformat() == "2025-06-30"
    wrong = client.post(f"/manage/posts/{post_id}", data={"ends_on": "2025-06-01"})
    assert wrong.status_code == 422
    client.post(f"/manage/posts/{post_id}/end")
    assert not db.session.get(Post, post_id).is_in_force
    assert client.get(f"/manage/posts/{post_id}").status_code == 409
    assert "历史岗位" in text_of(client.get(f"/manage/organizations/{unit.id}"))


def test_posts_of_elsewhere_are_not_found(client, unit):
    other = holder(Role.UNIT_MANAGER, make.unit("别的厂", "371102"))
    sign_in(client, holder(Role.UNIT_MANAGER, unit))
    post = other.posts[0]
    for address in (f"/manage/posts/{post.id}", f"/manage/posts/{post.id}/hand-over"):
        assert client.get(address).status_code == 404
    assert client.post(f"/manage/posts/{post.id}/end").status_code == 404
    for address in ("", "/edit", "/posts/new"):
        assert (
            client.get(f"/manage/organizations/{post.organization_id}{address}").status_code == 404
        )


def test_the_table_of_permissions_is_the_one_in_force(client, officer):
    sign_in(client, officer)
    page = text_of(client.get("/manage/permissions"))
    held = re.findall(r'data-held="yes"', page)
    assert len(held) == sum(len(granted) for granted in GRANTS.values())
    for member in (*Permission, *Role):
        assert str(member.label) in page
    assert "日照市及以下各级地区的所有机构和人员" in page


@pytest.mark.parametrize(
    ("kind", "role", "words"),
    [
        (OrganizationKind.DEPARTMENT, Role.DEPARTMENT_OFFICER, "卫健委及其下属的 1 个机构"),
        (OrganizationKind.BASE, Role.TRAINER, "仅限卫健委"),
    ],
)
def test_what_a_post_covers_stands_in_words(client, kind, role, words):
    organization = make.organization(kind, "卫健委", "371100")
    if kind is OrganizationKind.DEPARTMENT:
        make.unit("医院", "371102", organization)
    sign_in(client, holder(role, organization))
    assert words in text_of(client.get("/manage/permissions"))
