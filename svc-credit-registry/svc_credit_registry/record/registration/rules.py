"""Which decisions found an enterprise, and what its record rests on."""

ESTABLISHMENT = "MR-ENT-ESTABLISH"
GRANTED = "granted"


def founds_enterprise(matter_code: str, outcome: str) -> bool:
    """Whether a decision enters an enterprise into the register."""
    return matter_code == ESTABLISHMENT and outcome == GRANTED


def basis_of(number: str) -> str:
    """What a registration rests on: the decision, and the law it was made under."""
    return f"《中华人民共和国市场主体登记管理条例》第二十一条；准予设立登记，申请号{number}"
