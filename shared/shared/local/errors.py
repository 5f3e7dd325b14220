"""Why the platform can't start here, in one sentence for people."""


class NotPossible(Exception):
    """A reason that a person can do something about; the runner prints it and ends with 1."""

    def __init__(self, chinese: str, english: str) -> None:
        self.chinese = chinese
        self.english = english
        super().__init__(f"{chinese} / {english}")
