"""Refusals about inspectors who leave a task."""

from shared.errors import Conflict


class NoSubstitute(Conflict):
    code, title, title_zh = "no_substitute", "No inspector is left without a conflict", "没有可以替换的检查人员"


class ReplacementUnfounded(Conflict):
    code, title, title_zh = (
        "replacement_unfounded",
        "The register does not show this ground",
        "登记信息不支持该更换事由",
    )


class ReplacementsExhausted(Conflict):
    code, title = "replacements_exhausted", "Only a superior unit replaces an inspector of this task now"
    title_zh = "本单位更换次数已用完，须由上级单位更换"
