"""The reference page shows a pack that works."""

from __future__ import annotations

import re
from pathlib import Path

from mingzhang.packs.loader import load

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "pack-format.md"


def test_the_examples_in_the_reference_make_a_pack(tmp_path: Path) -> None:
    text = PAGE.read_text()
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    pack, kind, counted, derived, dashboard, duties, checklist, findings, report = examples
    [body] = re.findall(r"```markdown\n(.*?)```", text, re.DOTALL)
    files = {
        "pack.yaml": pack,
        "kinds/visit.yaml": kind,
        "figures/visit.yaml": counted + derived,
        "dashboards/overview.yaml": dashboard,
        "duties/all.yaml": duties,
        "checklists/fire-lane.yaml": checklist,
        "findings.yaml": findings,
        "reports/annual/report.yaml": report,
        "reports/annual/report.md": body,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert [line.code for line in load(tmp_path).lines()] == [
        "visit", "visit.problems", "duties.tasks", "findings.found", "findings.closed", "findings.followed_up",
        "inspections.drawn", "inspections.checked",
    ]  # fmt: skip
