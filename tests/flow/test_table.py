"""One table of transitions says what is possible, and says it in words."""

from __future__ import annotations

import pytest

from mingzhang.core.errors import StateRefused
from mingzhang.flow.table import Flow, Transition

STATES = {"draft": "草稿", "submitted": "待审核", "posted": "已入账"}
VERBS = {"submit": "提交审核", "pass": "审核通过", "return": "退回"}
TRANSITIONS = [
    Transition("draft", "submit", "submitted", "record_submit"),
    Transition("submitted", "pass", "submitted", "record_review", case="more"),
    Transition("submitted", "pass", "posted", "record_review", case="last"),
    Transition("submitted", "return", "draft", "record_review"),
]


@pytest.fixture
def flow() -> Flow:
    return Flow("record", "这张记录单", states=STATES, verbs=VERBS, transitions=TRANSITIONS)


def test_a_verb_leads_to_its_state(flow: Flow) -> None:
    assert flow.target("draft", "submit") == "submitted"
    assert flow.target("submitted", "pass", "more") == "submitted"
    assert flow.target("submitted", "pass", "last") == "posted"


def test_a_refusal_says_the_present_state_and_what_is_possible(flow: Flow) -> None:
    with pytest.raises(StateRefused) as refused:
        flow.target("submitted", "submit")
    assert str(refused.value) == "这张记录单现在是“待审核”，不能提交审核。现在可以：审核通过、退回。"
    with pytest.raises(StateRefused, match="这是最后的状态"):
        flow.check("posted", "return")


def test_the_verbs_of_a_state_are_told_once_and_in_order(flow: Flow) -> None:
    assert flow.verbs("submitted") == ["pass", "return"]
    assert flow.verbs("posted") == []
    assert flow.allows("draft", "submit")
    assert not flow.allows("draft", "return")


def test_the_diagram_shows_every_state_and_transition(flow: Flow) -> None:
    assert flow.mermaid().splitlines() == [
        "stateDiagram-v2",
        "  draft: 草稿",
        "  submitted: 待审核",
        "  posted: 已入账",
        "  [*] --> draft",
        "  draft --> submitted: 提交审核",
        "  submitted --> submitted: 审核通过",
        "  submitted --> posted: 审核通过",
        "  submitted --> draft: 退回",
        "  posted --> [*]",
    ]


@pytest.mark.parametrize(
    ("states", "verbs", "transitions", "wrong"),
    [
        ({**STATES, "lost": "丢了"}, VERBS, TRANSITIONS, "states differ: \\['lost'\\]"),
        (STATES, {**VERBS, "burn": "烧掉"}, TRANSITIONS, "verbs differ"),
        (STATES, VERBS, [*TRANSITIONS, Transition("draft", "submit", "posted", "x")], "leads to two states"),
        (
            {**STATES, "limbo": "悬着"},
            VERBS,
            [*TRANSITIONS, Transition("limbo", "submit", "draft", "x")],
            "never reached: \\['limbo'\\]",
        ),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(
    states: dict[str, str], verbs: dict[str, str], transitions: list[Transition], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        Flow("record", "记录单", states=states, verbs=verbs, transitions=transitions)
