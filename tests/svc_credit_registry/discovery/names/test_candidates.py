"""What the index finds for a name is what comparing it with every name on record would find."""

import random
from datetime import date
from pathlib import Path

import pytest

from svc_credit_registry.discovery.indexes.rules import Entry, entry_of
from svc_credit_registry.discovery.indexes.service import OpenIndex
from svc_credit_registry.discovery.names import queries, rules
from svc_credit_registry.discovery.names.schemas import NameComparisonIn
from svc_credit_registry.discovery.names.service import names_of, read_name
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises

TODAY, MEMORY = date(2026, 11, 21), 15_000_000
CHARACTERS = "红宏光广新心达大兴星"
FACTS = Entry._fields[:9]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    rows = enterprises(Plan(1_500, TRADE_NAMES, counties("421300"), 17))
    return [entry_of(row.get(name, "") for name in FACTS) for row in rows]


@pytest.fixture(scope="module")
def index(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> OpenIndex:
    folder: Path = tmp_path_factory.mktemp("names") / "made"
    made = OpenIndex.make(folder, "register", [], len(entries))
    made.write_with(MEMORY)
    made.add(entries)
    made.commit(1)
    return made


def likenesses(entry: Entry) -> list[str]:
    """Names near to that of an enterprise: another form, a character more, one less, one that may sound alike."""
    (parts,) = (other.parts for other in names_of(entry))
    chance, trade_name = random.Random(entry.code), parts.trade_name
    place = chance.randrange(len(trade_name))
    near = [
        chance.choice(CHARACTERS) + trade_name,
        trade_name[1:],
        trade_name[:place] + chance.choice(CHARACTERS) + trade_name[place + 1 :],
    ]
    written = [f"随州{each}{parts.industry_word}有限公司" for each in near if len(each) > 1]
    return [entry.name, f"随州{trade_name}{parts.industry_word}厂", *written]


def test_the_index_misses_nothing_that_a_rule_names(index: OpenIndex, entries: list[Entry]) -> None:
    everyone = [other for entry in entries for other in names_of(entry)]
    rules_seen: set[str] = set()
    for entry in random.Random(4).sample(entries, 12):
        for name in likenesses(entry):
            applicant = read_name(NameComparisonIn(region="421303", name=name, industry_code=entry.industry_code))
            found = [other for near in queries.candidates(index.view, applicant, TODAY) for other in names_of(near)]
            verdicts = rules.compare_all(applicant, everyone, TODAY)
            assert rules.compare_all(applicant, found, TODAY) == verdicts, name
            rules_seen |= {verdict.rule for verdict in verdicts}
    assert {"identical_name", "same_trade_name_same_industry", "contained_trade_name"} <= rules_seen
