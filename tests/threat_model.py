"""The table of the tenants' threat model: `python -m tests.threat_model` writes it from the tenants' cases."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "tenants" / "cases"
GUIDE = ROOT / "docs" / "guides" / "tenants-threat-model.md"
BEGIN = "<!-- generated: python -m tests.threat_model -->\n"
END = "<!-- end -->"


def table() -> str:
    """Return what is refused of a tenant as a table: control, attack, wall, and what the wall's policy asks."""
    from apps.__main__ import PLATFORM  # noqa: PLC0415  tests/ is read without apps/ elsewhere

    asks = {policy.name: policy.asks for policy in PLATFORM.policies}
    lines = ["| control | attack | stopped by | which asks |", "|---|---|---|---|"]
    for file in sorted(CASES.glob("*/refused/*.yaml")):
        attack, wall, *_ = file.read_text(encoding="utf-8").splitlines()
        attack, wall = attack.removeprefix("# "), wall.removeprefix("# stopped by: ")
        asked = asks.get(wall.removeprefix("policy "), "")
        cells = (file.parts[-3], attack, wall, asked)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def fresh(text: str) -> str:
    """Return the guide's text with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    GUIDE.write_text(fresh(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
