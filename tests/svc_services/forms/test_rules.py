"""Merge patches, prefilled fields, corrections within the guide, and what was changed."""

import pytest

from svc_services.forms import rules
from svc_services.forms.errors import CorrectionNotInGuide, FieldPrefilled, FormTooLarge
from svc_services.forms.rules import Correction
from svc_services.forms.service import SIZE_LIMIT, check_size, faults_of

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["address", "capital"],
    "properties": {
        "address": {"type": "string", "minLength": 5},
        "capital": {"type": "integer", "minimum": 1},
        "email": {"type": "string", "format": "email"},
        "opens": {"type": "string", "format": "date"},
        "a/b": {"type": "string"},
        "partners": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        },
    },
}


@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        # The examples of RFC 7396, appendix A.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_the_rfc_says(target: object, patch: object, merged: object) -> None:
    assert rules.merge_patch(target, patch) == merged


def test_a_merge_patch_leaves_what_it_patches_alone() -> None:
    target = {"a": {"b": 1}}
    rules.merge_patch(target, {"a": {"b": 2}})
    assert target == {"a": {"b": 1}}


SHOWN = {"name": "随州市青禾酒业有限公司", "applicant_name": "张*"}


def test_a_prefilled_value_sent_back_as_shown_is_passed_over() -> None:
    assert rules.without_prefilled({"name": SHOWN["name"], "address": "x"}, SHOWN, ["applicant_name"]) == {
        "address": "x"
    }


@pytest.mark.parametrize(
    "patch", [{"name": "别的"}, {"name": None}, {"applicant_name": "张*"}, {"applicant_name": "张伟"}], ids=str
)
def test_a_prefilled_field_is_not_asked_again_and_a_mask_is_never_stored(patch: dict[str, object]) -> None:
    with pytest.raises(FieldPrefilled) as refused:
        rules.without_prefilled(patch, SHOWN, ["applicant_name"])
    assert [e.pointer for e in refused.value.errors] == [f"/form/{n}" for n in patch]


@pytest.mark.parametrize(
    ("pointer", "known"),
    [
        ("/form/address", True),
        ("/form/partners", True),
        ("/form/partners/0", True),
        ("/form/partners/12/name", True),
        ("/form/a~1b", True),
        ("/form/partners/first", False),
        ("/form/partners/0/age", False),
        ("/form/address/street", False),
        ("/form/tax_certificate", False),
        ("/form", False),
        ("/form/", False),
        ("address", False),
        ("", False),
    ],
)
def test_a_pointer_names_a_place_of_the_guide_or_not(pointer: str, known: bool) -> None:
    assert rules.in_schema(pointer, SCHEMA) is known


def test_a_place_which_the_guide_leaves_open_has_no_parts_to_point_at() -> None:
    assert rules.in_schema("/form/anything", {"properties": {"anything": True}})
    assert not rules.in_schema("/form/anything/part", {"properties": {"anything": True}})


def test_corrections_stay_within_the_guide() -> None:
    rules.check_corrections(
        [Correction("/form/address", "d", "b"), Correction("ARTICLES", "d", "b")], SCHEMA, ["ARTICLES"]
    )


def test_every_item_beyond_the_guide_is_named() -> None:
    items = [Correction(t, "d", "b") for t in ("ARTICLES", "NO_CRIME_CERTIFICATE", "/form/tax", "ARTICLES")]
    with pytest.raises(CorrectionNotInGuide) as refused:
        rules.check_corrections(items, SCHEMA, ["ARTICLES"])
    assert {(e.pointer, e.code) for e in refused.value.errors} == {
        ("/items/1/target", "not_in_guide"),
        ("/items/2/target", "not_in_guide"),
        ("/items/0/target", "repeated"),
        ("/items/3/target", "repeated"),
    }


def test_changed_parts_are_named_by_pointer() -> None:
    before, after = {"a": 1, "b": {"c": 1}, "gone": 1, "x/y": 1}, {"a": 1, "b": {"c": 2}, "new": 1, "x/y": 2}
    assert rules.changed_parts(before, after) == ["/form/b", "/form/gone", "/form/new", "/form/x~1y"]


def test_changed_materials_are_named_by_code() -> None:
    assert rules.changed_materials({"A": "1", "B": "1", "C": "1"}, {"A": "1", "B": "2", "D": "1"}) == ["B", "C", "D"]


@pytest.mark.parametrize(
    ("target", "changed", "explained", "answered"),
    [
        ("/form/address", ["/form/address"], [], True),
        ("/form/partners/0/name", ["/form/partners"], [], True),
        ("/form/partners", ["/form/partners/0"], [], True),
        ("/form/address", ["/form/address_2"], [], False),
        ("ARTICLES", ["ARTICLES"], [], True),
        ("ARTICLES", [], ["ARTICLES"], True),
        ("ARTICLES", ["DOMICILE"], [], False),
    ],
)
def test_what_was_asked_for_is_changed_or_explained(
    target: str, changed: list[str], explained: list[str], answered: bool
) -> None:
    assert rules.unanswered([target], changed, explained) == ([] if answered else [target])


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        ({"address": "随州市曾都区", "capital": 1}, []),
        ({}, [("/form/address", "required"), ("/form/capital", "required")]),
        ({"address": "短", "capital": 0}, [("/form/address", "minLength"), ("/form/capital", "minimum")]),
        ({"address": "随州市曾都区", "capital": "1"}, [("/form/capital", "type")]),
        ({"address": "随州市曾都区", "capital": True}, [("/form/capital", "type")]),
        ({"address": "随州市曾都区", "capital": 1, "email": "nobody"}, [("/form/email", "format")]),
        ({"address": "随州市曾都区", "capital": 1, "opens": "2026-02-30"}, [("/form/opens", "format")]),
        ({"address": "随州市曾都区", "capital": 1, "tax": 1}, [("/form/tax", "not_in_guide")]),
        ({"address": "随州市曾都区", "capital": 1, "partners": [{}]}, [("/form/partners/0/name", "required")]),
    ],
    ids=str,
)
def test_every_fault_of_a_form_has_its_place(form: dict[str, object], faults: list[tuple[str, str]]) -> None:
    assert sorted((f.pointer, f.code) for f in faults_of(form, SCHEMA)) == sorted(faults)


def test_a_fault_never_repeats_the_rejected_value() -> None:
    (fault,) = faults_of({"address": "随州市曾都区", "capital": "42130319900307"}, SCHEMA)
    assert "42130319900307" not in fault.message


def test_a_form_may_not_carry_files() -> None:
    check_size({"a": "x" * (SIZE_LIMIT - 20)})
    with pytest.raises(FormTooLarge):
        check_size({"a": "x" * SIZE_LIMIT})
