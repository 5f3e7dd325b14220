from datetime import date

import pytest

from svc_credit_registry.listing.grounds.rules import (
    ABNORMAL,
    DRAFTS,
    SERIOUS,
    THREE_YEARS,
    ListKind,
    Terms,
    terms_of,
    terms_on,
)
from svc_credit_registry.listing.grounds.schemas import terms_out

ALL = (*ABNORMAL, *SERIOUS, *DRAFTS)


@pytest.mark.parametrize(
    ("kind", "day", "version"),
    [
        ("abnormal", date(2014, 10, 1), "saic-68-2014"),
        ("abnormal", date(2026, 11, 21), "saic-68-2014"),
        ("serious", date(2016, 4, 1), "saic-83-2015"),
        ("serious", date(2021, 8, 31), "saic-83-2015"),
        ("serious", date(2021, 9, 1), "samr-44-2021"),
        ("serious", date(2026, 11, 21), "samr-44-2021"),
    ],
)
def test_each_day_has_its_measure(kind: str, day: date, version: str) -> None:
    assert terms_on(ListKind(kind), day).version == version
    assert terms_of(version).version == version


@pytest.mark.parametrize(("kind", "day"), [("abnormal", date(2014, 9, 30)), ("serious", date(2016, 3, 31))])
def test_before_the_first_measure_nobody_can_be_listed(kind: str, day: date) -> None:
    with pytest.raises(ValueError, match="no terms"):
        terms_on(ListKind(kind), day)


def test_the_abnormal_list_has_its_four_grounds() -> None:
    (terms,) = ABNORMAL
    assert [g.code for g in terms.grounds] == [
        "no_annual_report", "not_published_in_time", "false_information", "unreachable",
    ]  # fmt: skip
    assert all(g.cure_zh and g.cure_en for g in terms.grounds)


def test_the_serious_list_has_the_terms_of_its_measures() -> None:
    old, new = SERIOUS
    assert (old.lasts.length if old.lasts else 0, new.lasts.length if new.lasts else 0) == (60, 36)
    assert old.early_removal is None
    assert new.early_removal is not None
    assert new.early_removal.length == 12
    assert (old.consent, new.consent) == (False, True)
    assert old.ground(THREE_YEARS) is not None
    assert new.ground(THREE_YEARS) is not None


def test_the_draft_is_shown_and_never_in_force() -> None:
    (draft,) = DRAFTS
    assert not draft.consent
    assert all(terms_on(ListKind.SERIOUS, day) is not draft for day in (date(2026, 1, 1), date(9999, 12, 31)))
    shown = terms_out(draft, draft=True, english=False)
    assert (shown.in_force, shown.since) == (False, None)


@pytest.mark.parametrize("terms", ALL, ids=lambda t: t.version)
def test_every_ground_and_period_cites_its_article(terms: Terms) -> None:
    shown = terms_out(terms, draft=False, english=True)
    assert all(p.basis for p in shown.periods)
    assert all("《" in g.basis for g in shown.grounds)
    assert len({g.code for g in shown.grounds}) == len(shown.grounds)
    assert all(p.note for p in shown.periods if not p.confirmed)
    assert all(g.note for g in shown.grounds if not g.confirmed)
