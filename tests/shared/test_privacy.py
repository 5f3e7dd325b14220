import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sqlalchemy import Column, MetaData, Table, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

from shared import privacy
from shared.privacy import EncryptedText, Keyring, Undecipherable, Unmasked

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def keyring(monkeypatch):
    ring = Keyring("k1", {"k1": OLD})
    monkeypatch.setattr(privacy, "_process_keyring", None)
    privacy.set_keyring(ring)
    return ring


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张伟", "张*"), ("欧阳娜娜", "欧阳**"), ("欧阳", "欧*"), ("李", "*"), ("", ""), ("John", "J***")],
)
def test_a_masked_name_keeps_the_surname(name, masked):
    assert privacy.mask_name(name) == masked


@pytest.mark.parametrize(("number", "masked"), [("421303199003070019", "**************0019"), ("123", "***"), ("", "")])
def test_a_masked_id_number_keeps_the_last_four(number, masked):
    assert privacy.mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13812341234", "138****1234"), ("+8613812341234", "+86*******1234"), ("3312345", "*****45"), ("110", "***")],
)
def test_a_masked_phone_keeps_both_ends(number, masked):
    assert privacy.mask_phone(number) == masked


@given(st.text(min_size=1).filter(lambda value: not privacy.is_masked(value)))
def test_whatever_was_masked_is_known_as_masked(value):
    for mask in (privacy.mask_name, privacy.mask_id_number, privacy.mask_phone):
        masked = mask(value)
        assert privacy.is_masked(masked)
        assert len(masked) == len(value)


def test_a_masked_value_sent_back_is_refused_by_its_code():
    class Profile(BaseModel):
        phone: Unmasked

    assert Profile(phone="13812341234").phone == "13812341234"
    for sent_back in ("138****1234", "138＊＊＊＊1234"):
        with pytest.raises(ValidationError) as refusal:
            Profile(phone=sent_back)
        assert refusal.value.errors()[0]["type"] == "masked_value"


@given(st.text())
def test_what_is_encrypted_comes_back(value):
    ring = Keyring("k1", {"k1": OLD})
    assert ring.decrypt(ring.encrypt(value, "accounts.phone"), "accounts.phone") == value


def test_the_same_text_is_never_the_same_ciphertext_and_does_not_show():
    ring = Keyring("k1", {"k1": OLD})
    ciphertexts = {ring.encrypt("421303199003070019", "a.b") for _ in range(50)}
    assert len(ciphertexts) == 50
    assert not any(b"421303" in ciphertext for ciphertext in ciphertexts)


def test_a_rotated_ring_reads_the_old_and_writes_the_new():
    before = Keyring("k1", {"k1": OLD})
    during = Keyring("k2", {"k1": OLD, "k2": NEW})
    after = Keyring("k2", {"k2": NEW})
    old = before.encrypt("张伟", "a.b")
    assert during.decrypt(old, "a.b") == "张伟"
    assert not during.is_current(old)
    new = during.encrypt("张伟", "a.b")
    assert during.is_current(new)
    assert after.decrypt(new, "a.b") == "张伟"
    with pytest.raises(Undecipherable, match="k1"):
        after.decrypt(old, "a.b")


def test_a_ciphertext_of_another_column_or_with_any_flipped_bit_is_not_read():
    ring = Keyring("k1", {"k1": OLD})
    ciphertext = ring.encrypt("张伟", "accounts.name")
    with pytest.raises(Undecipherable):
        ring.decrypt(ciphertext, "accounts.phone")
    for place in range(len(ciphertext)):
        flipped = ciphertext[:place] + bytes([ciphertext[place] ^ 0x80]) + ciphertext[place + 1 :]
        with pytest.raises(Undecipherable):
            ring.decrypt(flipped, "accounts.name")
    for length in range(len(ciphertext)):
        with pytest.raises(Undecipherable):
            ring.decrypt(ciphertext[:length], "accounts.name")


def test_a_blind_index_is_stable_over_rotation_when_the_index_key_is_given_and_keeps_scopes_apart():
    before = Keyring("k1", {"k1": OLD}, index=b"i" * 32)
    after = Keyring("k2", {"k2": NEW}, index=b"i" * 32)
    assert before.blind_index("x", "a") == after.blind_index("x", "a")
    assert before.blind_index("x", "a") != before.blind_index("x", "b")
    assert len(before.blind_index("x")) == 32
    assert Keyring("k1", {"k1": OLD}).blind_index("x") == Keyring("k2", {"k1": OLD, "k2": NEW}).blind_index("x")
    assert Keyring("k1", {"k1": OLD}).blind_index("x") != before.blind_index("x")


def test_a_keyring_is_read_from_json_and_file(tmp_path):
    source = json.dumps({"active": "k1", "keys": {"k1": base64.b64encode(OLD).decode()}})
    path = tmp_path / "keyring.json"
    path.write_text(source, encoding="utf-8")
    sealed = Keyring("k1", {"k1": OLD}).encrypt("张伟", "a.b")
    assert Keyring.from_json(source).decrypt(sealed, "a.b") == "张伟"
    assert Keyring.from_file(path).decrypt(sealed, "a.b") == "张伟"
    fresh = privacy.new_keyring_json()
    assert fresh != privacy.new_keyring_json()
    assert "k1" in repr(Keyring.from_json(fresh))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[]",
        "{}",
        '{"active": "k1", "keys": {}}',
        '{"active": "k1", "keys": {"k1": "c2VjcmV0"}}',
        '{"active": "k1", "keys": {"k1": "?"}}',
        '{"active": "k1", "keys": {"k1": 7}}',
        '{"active": "k2", "keys": {"k1": "b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28="}}',
        '{"active": "k1", "keys": {"k1": "b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28="}, "index": "c2hvcnQ="}',
    ],
)
def test_an_unreadable_keyring_is_refused_without_showing_a_key(source):
    with pytest.raises(ValueError, match="keyring") as refusal:
        Keyring.from_json(source)
    assert "c2VjcmV0" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_keyring_never_shows_its_keys():
    assert "oooo" not in repr(Keyring("k1", {"k1": OLD}))


def test_without_a_keyring_nothing_is_stored_in_the_clear(monkeypatch):
    monkeypatch.setattr(privacy, "_process_keyring", None)
    column = EncryptedText("people.name")
    with pytest.raises(RuntimeError, match="set_keyring"):
        column.process_bind_param("张伟", postgresql.dialect())


async def test_the_database_sees_only_ciphertext(keyring, database, servers):
    people = Table("sealed_people", MetaData(), Column("name", EncryptedText("sealed_people.name")))
    engine = create_async_engine(servers.sqlalchemy_url(await database("complaints")))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(people.create)
            await connection.execute(insert(people), [{"name": "张伟"}, {"name": None}])
            assert set((await connection.scalars(select(people.c.name))).all()) == {"张伟", None}
            raw = await connection.scalar(text("SELECT name FROM sealed_people WHERE name IS NOT NULL"))
            assert isinstance(raw, bytes)
            assert "张伟".encode() not in raw
            await connection.run_sync(people.drop)
    finally:
        await engine.dispose()


def test_the_process_keyring_makes_the_blind_index(keyring):
    assert privacy.blind_index("x", "a.b") == keyring.blind_index("x", "a.b")
