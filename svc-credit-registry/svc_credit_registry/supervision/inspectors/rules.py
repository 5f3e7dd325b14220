"""Who may be drawn to inspect, and what keeps an inspector away from an enterprise.

Sources: 国办发〔2015〕58号, a register of inspectors; 《行政处罚法》 article 43: officials with a direct interest
or another relation which may affect fairness withdraw.
"""

from enum import StrEnum

REGISTER_BASIS = "《国务院办公厅关于推广随机抽查规范事中事后监管的通知》（国办发〔2015〕58号）：建立执法检查人员名录库"


class Relation(StrEnum):
    """How an inspector is tied to an enterprise."""

    KINSHIP = "kinship"
    SHAREHOLDING = "shareholding"
    EMPLOYMENT = "employment"
    DEALINGS = "dealings"
    OTHER = "other"


LABELS: dict[Relation, tuple[str, str]] = {
    Relation.KINSHIP: ("与企业负责人有亲属关系", "Kinship with those in charge"),
    Relation.SHAREHOLDING: ("持有企业股权", "Holds a share"),
    Relation.EMPLOYMENT: ("曾任职或者兼职", "Works or worked there"),
    Relation.DEALINGS: ("有经济往来", "Business dealings"),
    Relation.OTHER: ("其他关系", "Another relation"),
}
