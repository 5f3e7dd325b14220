"""What is said of trademarks that were found."""

from collections.abc import Mapping

STATE_LABELS: Mapping[str, tuple[str, str]] = {
    "valid": ("有效", "In force"), "expired": ("期满失效", "Expired"), "cancelled": ("注销", "Cancelled by the holder"),
    "revoked": ("撤销", "Revoked"), "invalid": ("宣告无效", "Declared invalid"),
}  # fmt: skip
"""As the office says it (商标法第四十条、第四十四条至第五十五条)."""
