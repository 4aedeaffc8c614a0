"""Sealing what is missing, rotating, and the values that Secrets share."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_stack.errors import PlatformError
from platform_stack.model.secret import Fixed, Generated, Given, Secret, Template, groups
from platform_stack.secrets.keys import create, files_of, key_path
from platform_stack.secrets.store import CERTIFICATE, State, read_store
from platform_stack.secrets.values import recover, render
from platform_stack.secrets.work import rotate, seal_missing, state_of, unlock

from .conftest import ACCESS, ADMIN, BITS, DECLARED, KEY, LASTING, LOGIN, OPENER, READER, STORE, again

if TYPE_CHECKING:
    from platform_stack.secrets.values import Known
    from platform_stack.secrets.work import Workplace

TEXT = st.text("abcDEF019-_=./+", min_size=1, max_size=30)


def values(place: Workplace) -> dict[str, dict[str, bytes]]:
    place = again(place)
    return {name: unlock(place, sealed) for name, sealed in place.store.sealed.items()}


def names(secrets: list[Secret]) -> set[str]:
    return {secret.full_name for secret in secrets}


def message(caught: pytest.ExceptionInfo[PlatformError]) -> str:
    return str(caught.value)


def test_everything_is_sealed_and_shared_values_agree(place: Workplace) -> None:
    assert names(seal_missing(place)) == {secret.full_name for secret in DECLARED}
    found = values(place)
    config = json.loads(found["one/store"]["config"])
    assert config["user"] == "u.1"
    assert config["price"] == "$5"
    assert config["access"].encode() == found["two/reader"]["access"]
    assert config["secret"].encode() == found["two/reader"]["secret"]
    assert found["one/admin"]["user"] == b"admin"
    assert len(found["one/admin"]["password"]) == 32


def test_sealing_again_changes_nothing(place: Workplace) -> None:
    seal_missing(place)
    before = files_of(place.store.folder)
    assert seal_missing(again(place)) == []
    assert files_of(place.store.folder) == before


def test_two_clusters_get_different_values(place: Workplace) -> None:
    seal_missing(place)
    first = values(place)
    for path in place.store.folder.glob("*.yaml"):
        path.unlink()
    seal_missing(again(place))
    assert all(values(place)[name] != first[name] for name in first)


def test_only_what_is_named_is_sealed_and_who_shares_with_it(place: Workplace) -> None:
    assert names(seal_missing(place, ["two/reader"])) == {"two/reader", "one/store"}


def test_a_missing_partner_gets_the_value_that_there_is(place: Workplace) -> None:
    seal_missing(place)
    before = values(place)
    for lost in ("one.store.yaml", "two.reader.yaml"):
        (place.store.folder / lost).unlink()
        assert len(seal_missing(again(place))) == 1
        assert values(place) == before


def test_without_the_key_a_missing_partner_is_an_error_that_says_to_rotate(place: Workplace) -> None:
    seal_missing(place)
    (place.store.folder / "one.store.yaml").unlink()
    key_path(place.config, place.store.fingerprint).unlink()
    before = files_of(place.store.folder)
    with pytest.raises(PlatformError) as caught:
        seal_missing(again(place))
    assert "platform-stack secrets rotate two/reader" in message(caught)
    assert files_of(place.store.folder) == before
    assert names(rotate(again(place), ["two/reader"])) == {"two/reader", "one/store"}


def test_rotating_one_rotates_all_that_share_and_nobody_else(place: Workplace) -> None:
    seal_missing(place)
    before = values(place)
    assert names(rotate(again(place), ["one/store"])) == {"one/store", "two/reader"}
    after = values(place)
    config = json.loads(after["one/store"]["config"])
    assert config["access"].encode() == after["two/reader"]["access"] != before["two/reader"]["access"]
    assert config["secret"].encode() == after["two/reader"]["secret"] != before["two/reader"]["secret"]
    assert {name: after[name] for name in ("one/admin", "two/lasting")} == {
        name: before[name] for name in ("one/admin", "two/lasting")
    }


def test_what_cannot_change_is_not_rotated(place: Workplace) -> None:
    seal_missing(place)
    before = files_of(place.store.folder)
    with pytest.raises(PlatformError, match="data is lost"):
        rotate(again(place), ["two/lasting", "one/admin"])
    assert files_of(place.store.folder) == before


def test_a_value_that_was_kept_elsewhere_comes_from_the_environment(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_LASTING", "from-the-safe")
    seal_missing(place)
    assert values(place)["two/lasting"] == {"password": b"from-the-safe"}


def test_a_new_key_seals_the_same_values_again(place: Workplace) -> None:
    seal_missing(place)
    before = values(place)
    (place.store.folder / CERTIFICATE).unlink()
    create(place.config, read_store(place.store.folder, OPENER), "test", BITS)
    new = again(place)
    assert new.store.fingerprint != place.store.fingerprint
    assert {state_of(new, secret) for secret in DECLARED} == {State.OTHER_KEY}
    assert len(seal_missing(new)) == len(DECLARED)
    assert values(place) == before
    assert {state_of(again(place), secret) for secret in DECLARED} == {State.SEALED}
    assert {one.sealed_for for one in again(place).store.sealed.values()} == {new.store.fingerprint}


def test_with_the_old_key_lost_sealing_says_so_and_rotating_helps(place: Workplace) -> None:
    seal_missing(place)
    (place.store.folder / CERTIFICATE).unlink()
    key_path(place.config, place.store.fingerprint).unlink()
    create(place.config, read_store(place.store.folder, OPENER), "test", BITS)
    with pytest.raises(PlatformError, match="rotate"):
        seal_missing(again(place))
    rotate(again(place), ["one/admin", "one/store"])
    assert state_of(again(place), ADMIN) is State.SEALED


def test_a_new_key_of_a_secret_keeps_the_others(place: Workplace) -> None:
    seal_missing(place)
    before = values(place)["one/admin"]
    more = replace(ADMIN, keys={**ADMIN.keys, "token": Generated(what="token")}, labels={})
    changed = again(place, declared=(STORE, READER, more, LASTING))
    assert state_of(changed, more) is State.OUTDATED
    assert names(seal_missing(changed)) == {"one/admin"}
    after = values(place)["one/admin"]
    assert {key: after[key] for key in before} == before
    assert len(after["token"]) == 32
    assert state_of(again(changed), more) is State.SEALED


def test_what_nobody_declares_is_named(place: Workplace) -> None:
    seal_missing(place)
    assert [one.full_name for one in again(place).store.unneeded((STORE, READER, ADMIN))] == ["two/lasting"]


def test_a_value_only_a_person_can_give(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    with_login = replace(place, declared=(*DECLARED, LOGIN))
    before = files_of(place.store.folder)
    with pytest.raises(PlatformError, match="TEST_CLIENT_SECRET"):
        seal_missing(with_login)
    assert files_of(place.store.folder) == before  # nothing, not even the others
    seal_missing(replace(with_login, ask=lambda given: f"said for {given.variable}"), ["one/login"])
    assert values(place)["one/login"] == {"secret": b"said for TEST_CLIENT_SECRET"}
    monkeypatch.setenv("TEST_CLIENT_SECRET", "set")
    rotate(again(with_login), ["one/login"])
    assert values(place)["one/login"] == {"secret": b"set"}


def test_a_given_value_that_would_break_a_text_is_refused(place: Workplace) -> None:
    given_value = Given(what="given", variable="TEST_GIVEN")
    template = Template(what="text", text='"${it}"', values={"it": given_value})
    secret = Secret(name="text", namespace="one", keys={"text": template})
    with pytest.raises(PlatformError) as caught:
        seal_missing(replace(place, declared=(secret,), ask=lambda _given: 'hush"hush'))
    assert "quote" in message(caught)
    assert "hush" not in message(caught)


def test_values_that_drifted_apart_are_noticed(place: Workplace) -> None:
    seal_missing(place)
    first = (place.store.folder / "two.reader.yaml").read_bytes()
    rotate(again(place), ["two/reader"])
    (place.store.folder / "two.reader.yaml").write_bytes(first)
    third = Secret(name="third", namespace="two", keys={"access": ACCESS})
    with pytest.raises(PlatformError, match="another value than in the Secrets it shares it with"):
        seal_missing(again(place, declared=(*DECLARED, third)))


def test_a_damaged_value_is_named_and_everything_stays(place: Workplace) -> None:
    seal_missing(place)
    path = place.store.folder / "one.admin.yaml"
    sealed = again(place).store.sealed["one/admin"].values["password"]
    path.write_text(path.read_text().replace(sealed, sealed[:-8] + "AAAAAAA="))
    damaged = again(place)
    assert state_of(damaged, ADMIN) is State.OTHER_KEY
    with pytest.raises(PlatformError, match="does not open"):
        seal_missing(damaged)
    assert path.exists()


@settings(max_examples=100, derandomize=True)
@given(first=TEXT, second=TEXT, fixed=TEXT)
def test_what_a_template_made_can_be_taken_apart(first: str, second: str, fixed: str) -> None:
    template = Template(
        what="text",
        text="[${name}]\nkey=${a}\nsecret = '${b}' $$ ${a}\n",
        values={"a": ACCESS, "b": KEY, "name": Fixed(what="name", value=fixed)},
    )
    secret = Secret(name="text", namespace="one", keys={"text": template})
    known: Known = {}
    recover(secret, render(secret, {ACCESS: first, KEY: second}), known)
    assert known == {ACCESS: first, KEY: second}


def test_groups_are_those_who_share_directly_or_not() -> None:
    bridge = Secret(name="bridge", namespace="x", keys={"a": KEY, "b": ADMIN.keys["password"]})
    found = [{secret.name for secret in group} for group in groups((*DECLARED, bridge))]
    assert found == [{"lasting"}, {"store", "reader", "admin", "bridge"}]
