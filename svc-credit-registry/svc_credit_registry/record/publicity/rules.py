"""On what basis complaints stand on the record."""

PRODUCER = "12315"
BASIS = "《市场监督管理投诉信息公示暂行规则》(国市监稽规〔2023〕6号)"
"""Since 2023-09-01 complaint information is public. Confirm the number before relying on it."""

PART = "complaints"
"""The part of an enterprise's public record that changes with them."""
