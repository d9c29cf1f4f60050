"""Reading a pack from its folder: every fault at once, or the pack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from mingzhang.packs import yaml_source
from mingzhang.packs.checklist_checks import checklist_faults, problem_faults
from mingzhang.packs.checklist_schema import Checklist
from mingzhang.packs.dashboard_checks import dashboard_faults
from mingzhang.packs.duty_checks import duty_faults
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.faults import Fault, PackInvalid, Place
from mingzhang.packs.figure_checks import counted_faults, cycle_faults, derived_faults, form_faults
from mingzhang.packs.files import read_folder
from mingzhang.packs.finding_checks import finding_faults
from mingzhang.packs.finding_schema import Findings
from mingzhang.packs.kind_checks import Known, kind_faults
from mingzhang.packs.report_checks import report_faults
from mingzhang.packs.schema import FOUND, Dashboard, Figure, Kind, Pack, PackHead, ReportTemplate
from mingzhang.packs.structure import build
from mingzhang.packs.yaml_source import Plain, YamlInvalid

HEAD_FILE = "pack.yaml"
FINDINGS_FILE = "findings.yaml"


def load(folder: Path) -> Pack:
    """The pack in `folder`. Raises PackInvalid with all its faults."""
    faults: list[Fault] = []
    files = read_folder(folder, faults)
    parts = _Parts(faults)
    parts.read(files)
    faults += parts.cross_check()
    if faults or parts.head is None:
        raise PackInvalid(faults)
    return parts.pack(parts.head)


@dataclass
class _Parts:
    """A pack while it is being read. The ids in a part that could not be read are kept in `broken_kinds` and
    `broken_figures`, so that what refers to them is not blamed."""

    faults: list[Fault]
    head: PackHead | None = None
    kinds: list[tuple[Kind, Place]] = field(default_factory=list)
    figures: list[tuple[Figure, Place]] = field(default_factory=list)
    reports: list[tuple[ReportTemplate, Place]] = field(default_factory=list)
    dashboards: list[tuple[Dashboard, Place]] = field(default_factory=list)
    duties: list[tuple[Duty, Place]] = field(default_factory=list)
    checklists: list[tuple[Checklist, Place]] = field(default_factory=list)
    findings: tuple[Findings, Place] | None = None
    broken_kinds: set[str] = field(default_factory=set)
    broken_figures: set[str] = field(default_factory=set)
    broken_duties: set[str] = field(default_factory=set)

    def read(self, files: Mapping[str, bytes]) -> None:
        if HEAD_FILE not in files:
            wrong = _("缺少 pack.yaml")
            self.faults.append(Place(HEAD_FILE).fault(wrong=wrong, right=_("写明 id、version、name 和 levels")))
        for name, content in files.items():
            self.read_file(name, content)
        for folder in dict.fromkeys(name.rpartition("/")[0] for name in files if name.startswith("reports/")):
            self.read_report(folder, files)

    def read_file(self, name: str, content: bytes) -> None:
        """What one file says, but for those of reports, which belong together."""
        match name.partition("/")[0]:
            case "pack.yaml":
                self.read_head(content)
            case "findings.yaml":
                self.read_findings(content)
            case "kinds":
                self.read_kind(name, content)
            case "figures":
                self.read_list(name, content, self.read_figure, self.broken_figures)
            case "dashboards":
                self.read_dashboard(name, content)
            case "duties":
                self.read_list(name, content, self.read_duty, self.broken_duties)
            case "checklists":
                self.read_checklist(name, content)

    def read_head(self, content: bytes) -> None:
        if place := self.source(HEAD_FILE, content):
            self.head = build(PackHead, place.source.data, place, self.faults)

    def read_findings(self, content: bytes) -> None:
        place = self.source(FINDINGS_FILE, content)
        findings = build(Findings, place.source.data, place, self.faults) if place else None
        if place and findings:
            self.findings = findings, place
        else:
            self.broken_kinds.add(FOUND.partition(".")[0])

    def read_kind(self, name: str, content: bytes) -> None:
        place = self.source(name, content)
        kind = build(Kind, place.source.data, place, self.faults) if place else None
        if place and kind:
            self.kinds.append((kind, place))
        else:
            self.broken_kinds |= _ids_in(content)

    def read_list(
        self, name: str, content: bytes, read_one: Callable[[Plain, Place], None], broken: set[str]
    ) -> None:
        """A file with several parts of one sort; those of one that cannot be read are `broken`."""
        place = self.source(name, content)
        data = place.source.data if place else None
        if place is None or not isinstance(data, list):
            if place:
                self.faults.append(place.fault(wrong=_("这里要一个列表"), right=_("每一项前写“- ”")))
            broken |= _ids_in(content)
            return
        for number, item in enumerate(data):
            read_one(item, place.inside(number))

    def read_duty(self, item: Plain, place: Place) -> None:
        duty = build(Duty, item, place, self.faults)
        if duty:
            self.duties.append((duty, place))
        elif isinstance(item, dict):
            self.broken_duties.add(str(item.get("id")))

    def read_figure(self, item: Plain, place: Place) -> None:
        figure = build(Figure, item, place, self.faults)
        if figure:
            self.figures.append((figure, place))
        elif isinstance(item, dict):
            self.broken_figures.add(str(item.get("id")))

    def read_dashboard(self, name: str, content: bytes) -> None:
        place = self.source(name, content)
        dashboard = build(Dashboard, place.source.data, place, self.faults) if place else None
        if place and dashboard:
            self.dashboards.append((dashboard, place))

    def read_checklist(self, name: str, content: bytes) -> None:
        place = self.source(name, content)
        checklist = build(Checklist, place.source.data, place, self.faults) if place else None
        if place and checklist:
            self.checklists.append((checklist, place))

    def read_report(self, folder: str, files: Mapping[str, bytes]) -> None:
        heading, body = f"{folder}/report.yaml", f"{folder}/report.md"
        for name in (heading, body):
            if name not in files:
                self.faults.append(Place(name).fault(wrong=_("缺少这个文件"), right=_("报告由两个文件组成")))
        if heading not in files or body not in files:
            return
        place, text = self.source(heading, files[heading]), self.text(body, files[body])
        if place is None or text is None:
            return
        data = place.source.data
        own: dict[str, Plain] = {"id": folder.rpartition("/")[2], "text": text}
        for name in own:
            if place.has(name):
                self.faults.append(place.key_fault(name, wrong=_("这里没有“%(name)s”这一项") % {"name": name}))
        report = build(ReportTemplate, data | own if isinstance(data, dict) else data, place, self.faults)
        if report:
            self.reports.append((report, place))

    def source(self, name: str, content: bytes) -> Place | None:
        """A file's data, or None when it is not YAML that we read."""
        try:
            return Place(name, yaml_source.read(content))
        except YamlInvalid as error:
            self.faults.append(Fault(name, error.line, error.column, "", error.wrong, error.right))
            return None

    def text(self, name: str, content: bytes) -> str | None:
        try:
            return yaml_source.decode(content)
        except YamlInvalid as error:
            self.faults.append(Fault(name, error.line, error.column, "", error.wrong, error.right))
            return None

    def pack(self, head: PackHead) -> Pack:
        """All parts as one pack."""
        return Pack(
            **dict(head),
            kinds=tuple(kind for kind, _place in self.kinds),
            figures=tuple(figure for figure, _place in self.figures),
            reports=tuple(report for report, _place in self.reports),
            dashboards=tuple(dashboard for dashboard, _place in self.dashboards),
            duties=tuple(duty for duty, _place in self.duties),
            checklists=tuple(checklist for checklist, _place in self.checklists),
            findings=self.findings[0] if self.findings else None,
        )

    def cross_check(self) -> Iterator[Fault]:
        """What the parts get wrong about one another. Nothing is known without pack.yaml."""
        if self.head is None:
            return
        pack = self.pack(self.head)
        known = Known(pack.levels, {kind.id: kind for kind in pack.kinds}, self.broken_kinds)
        yield from _repeated(self.kinds)
        yield from _repeated(self.figures)
        yield from _repeated(self.dashboards)
        yield from _repeated(self.duties)
        yield from _repeated(self.checklists)
        for kind, place in self.kinds:
            yield from kind_faults(kind, place, known)
        yield from self.figure_faults(pack)
        measures = {figure.id: figure.measure for figure in pack.figures}
        for report, place in self.reports:
            yield from report_faults(report, place, measures, self.broken_figures, pack.levels)
        for dashboard, place in self.dashboards:
            yield from dashboard_faults(dashboard, place, pack, self.broken_figures)
        for duty, place in self.duties:
            yield from duty_faults(duty, place, known, pack.duties_by_id, self.broken_duties)
        yield from self.checklist_faults(pack)
        if self.findings:
            yield from finding_faults(*self.findings, known)

    def checklist_faults(self, pack: Pack) -> Iterator[Fault]:
        """What could not be read of findings.yaml is not blamed on those that refer to it."""
        broken = self.findings is None and FOUND.partition(".")[0] in self.broken_kinds
        for checklist, place in self.checklists:
            yield from checklist_faults(checklist, place, pack.levels)
            if not broken:
                yield from problem_faults(checklist, place, pack.findings)

    def figure_faults(self, pack: Pack) -> Iterator[Fault]:
        measures = {figure.id: figure.measure for figure in pack.figures}
        for figure, place in self.figures:
            yield from form_faults(figure, place)
            if figure.of is not None:
                yield from counted_faults(figure, place, pack, self.broken_kinds)
            if figure.derive is not None:
                yield from derived_faults(figure, place, measures, self.broken_figures)
        yield from cycle_faults(self.figures)


def _ids_in(content: bytes) -> set[str]:
    """The ids that a file which cannot be read seems to give."""
    return {found.decode() for found in re.findall(rb"\bid:\s*([a-z][a-z0-9_]*)", content)}


def _repeated(
    parts: Sequence[tuple[Kind | Figure | Dashboard | Duty | Checklist, Place]],
) -> Iterator[Fault]:
    """Parts that have the id of an earlier one."""
    first: dict[str, Place] = {}
    for part, place in parts:
        if part.id in first:
            line = first[part.id].source.mark((*first[part.id].base, "id")).line
            wrong = _("编号“%(id)s”重复，%(file)s第%(line)d行已经用了") % {
                "id": part.id, "file": first[part.id].file, "line": line
            }  # fmt: skip
            yield place.fault("id", wrong=wrong, right=_("换一个编号"))
        first.setdefault(part.id, place)
