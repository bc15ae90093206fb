import datetime as dt
import hashlib

import pytest

from lms.core.crypto import Vault
from lms.hourbank.leaves import LeafFields, instant_text, leaf_hash, person_key

FIELDS = LeafFields(
    number="20250602-ABC",
    person_key="person",
    platform="local",
    source="course",
    kind="credit",
    year=2025,
    category="public",
    hours_tenths=25,
    reference="credit-1",
    certificate_number="证1",
    title="政策",
    policy="",
    claim_kind="",
    reason="",
    earned_at=instant_text(dt.datetime(2025, 6, 1, 4, tzinfo=dt.UTC)),
    entered_at=instant_text(dt.datetime(2025, 6, 2, 4, tzinfo=dt.UTC)),
)


def test_leaf_hash_is_rfc_9162_over_the_fields_as_json():
    content = (
        b'["20250602-ABC","person","local","course","credit",2025,"public",25,"credit-1",'
        b'"\\u8bc11","\\u653f\\u7b56","","","","2025-06-01T04:00:00.000000+00:00",'
        b'"2025-06-02T04:00:00.000000+00:00"]'
    )
    assert leaf_hash(FIELDS) == hashlib.sha256(b"\x00" + content).digest()


@pytest.mark.parametrize("field", LeafFields._fields)
def test_leaf_hash_differs_for_a_change_of_any_field(field):
    value = getattr(FIELDS, field)
    changed = value + 1 if isinstance(value, int) else value + "x"
    assert leaf_hash(FIELDS._replace(**{field: changed})) != leaf_hash(FIELDS)


def test_person_is_named_otherwise_in_each_entry_and_by_each_installation():
    vaults = [Vault(bytes(32)), Vault(bytes(31) + b"\x01")]
    keys = {
        person_key(vault, record, number)
        for vault in vaults
        for record in ("a", "b")
        for number in ("1", "2")
    }
    assert len(keys) == 8
