"""The checklist of every pack by which somebody looks again at a finding that was closed. It is no pack's own: what
is answered to it decides what becomes of the finding."""

from __future__ import annotations

from mingzhang.packs.base import Names
from mingzhang.packs.checklist_schema import Answer, Checklist, Item, Part
from mingzhang.packs.duty_schema import Basis

STILL, MEASURES = "still", "measures"
GOOD, AGAIN = "good", "again"
KEPT, LAPSED = "yes", "no"
_BASIS = (Basis(regulation="问题销号以后，到期由没有参与整改的人回头看一次"),)

FOLLOW_UP = Checklist(
    id="follow-up",
    name=Names({"zh-hans": "回头看", "en": "Follow-up"}),
    about=Names({"zh-hans": "销了号的问题，有没有反弹。", "en": "Whether a closed finding has come back."}),
    parts=(
        Part(
            name=Names({"zh-hans": "回头看", "en": "Follow-up"}),
            items=(
                Item(
                    id=STILL,
                    name=Names({"zh-hans": "这个问题现在怎么样", "en": "How is it now"}),
                    basis=_BASIS,
                    answer="choice",
                    options=(
                        Answer(id=GOOD, name=Names({"zh-hans": "还是好的", "en": "Still good"})),
                        Answer(id=AGAIN, name=Names({"zh-hans": "又犯了", "en": "It came back"}), wrong=True),
                    ),
                    guidance=Names(
                        {
                            "zh-hans": "又犯了的，在说明里写明情况；问题用原来的编号重开。",
                            "en": "If it came back, say how in the note; it is opened again under its old number.",
                        }
                    ),
                    photo=True,
                ),
                Item(
                    id=MEASURES,
                    name=Names({"zh-hans": "整改措施还在做没有", "en": "Are the measures kept up"}),
                    basis=_BASIS,
                    answer="choice",
                    options=(
                        Answer(id=KEPT, name=Names({"zh-hans": "还在做", "en": "Kept up"})),
                        Answer(id=LAPSED, name=Names({"zh-hans": "没有在做", "en": "Not kept up"}), wrong=True),
                    ),
                    guidance=Names(
                        {
                            "zh-hans": "一次做完的措施选“不涉及”；没有在做的，写明是哪一条。",
                            "en": "Choose 'does not apply' for measures done once; say which are not kept up.",
                        }
                    ),
                ),
            ),
        ),
    ),
)
