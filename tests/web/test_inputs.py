import pytest

from tests.factories import PersonFactory
from tests.support import sign_in

HUGE = "9" * 20


@pytest.mark.parametrize("address", [f"/learn/{HUGE}", f"/exams/{HUGE}", f"/me/hours/{HUGE}"])
def test_number_that_fits_no_column_is_not_found(client, address):
    assert sign_in(client, PersonFactory()).get(address).status_code == 404


@pytest.mark.parametrize(
    "address", [f"/courses?after={HUGE}", f"/courses?year={HUGE}", "/courses?q=%00", "/courses/%00"]
)
def test_what_no_database_takes_is_refused_before_it_gets_there(client, address):
    assert client.get(address).status_code == 400


def test_nul_in_a_form_is_refused(client):
    answer = client.post("/sign-in", data={"login": "a\0b", "password": "x"})
    assert answer.status_code == 400


def test_very_long_search_is_answered(client):
    assert client.get("/courses?q=" + "+".join(["学时"] * 1000)).status_code == 200
