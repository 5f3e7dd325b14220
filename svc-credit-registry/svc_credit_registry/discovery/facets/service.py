"""Counting what was found by what lists can be narrowed to. Blocks: call it beside the event loop."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from tantivy import Query

from shared.codes import regions
from svc_credit_registry.discovery.indexes.service import View, tally
from svc_credit_registry.discovery.search import service as search
from svc_credit_registry.discovery.search.rules import OnList, Wanted
from svc_credit_registry.discovery.search.schemas import FacetsOut, FacetValue
from svc_credit_registry.record.classification.rules import INDUSTRIES
from svc_credit_registry.record.decomposition.rules import FORMS
from svc_credit_registry.record.enterprises.rules import STATUS_LABELS, Status
from svc_credit_registry.record.wording.rules import romanised

FIELDS = ("status", "region", "industry", "form", "year", "lists")
FORMS_SHOWN = 20
LIST_LABELS: Mapping[str, tuple[str, str]] = {
    OnList.ABNORMAL_OPERATION: ("经营异常名录", "Abnormal operation list"),
    OnList.SERIOUS_VIOLATION: ("严重违法失信名单", "Serious violation list"),
}


def facets(view: View, wanted: Wanted) -> FacetsOut:
    """All counts, exact."""
    query, _ = search.everything(view, wanted)
    counted = tally(view.searcher, query or Query.all_query(), FIELDS)
    of = {name: Counter(counted[name]) for name in FIELDS}
    region, industry = _below_region(of["region"], wanted), _above(of["industry"], 3 if wanted.filters.industry else 1)
    return FacetsOut(
        count=sum(of["status"].values()),
        status=_values(of["status"], lambda v: STATUS_LABELS[Status(v)]),
        region=_values(region, _region_label),
        industry=_values(industry, lambda v: (INDUSTRIES[v].label, INDUSTRIES[v].label_en)),
        organisation_form=_values(of["form"], lambda v: (v, FORMS.get(v, v)))[:FORMS_SHOWN],
        established_year=sorted(_values(of["year"], lambda v: (v, v)), key=lambda f: f.value),
        on_list=_values(of["lists"], lambda v: LIST_LABELS[v]),
    )


def _values(counts: Mapping[str, int], label: Callable[[str], tuple[str, str]]) -> list[FacetValue]:
    """The values, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [FacetValue(value=v, label=label(v)[0], label_en=label(v)[1], count=n) for v, n in ordered]


def _below_region(counts: Mapping[str, int], wanted: Wanted) -> Counter[str]:
    """Counts of the regions one level below the one asked for."""
    size = {0: 2, 2: 4, 4: 6, 6: 6}[len(wanted.filters.region or "")]
    return _grouped((code[:size].ljust(6, "0"), count) for code, count in counts.items())


def _above(counts: Mapping[str, int], size: int) -> Counter[str]:
    return _grouped((code[:size], count) for code, count in counts.items() if code[:size] in INDUSTRIES)


def _grouped(items: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for value, count in items:
        found[value] += count
    return found


def _region_label(code: str) -> tuple[str, str]:
    name = regions.name(code) if regions.is_known(code) else code
    return name, romanised(name)
