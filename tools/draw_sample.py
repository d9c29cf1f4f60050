"""The sample of a draw in the documentation, made by the code that draws; `tools/reference.py` writes it."""

from __future__ import annotations

from mingzhang.inspections.verify_draw import Json, canonical, commitment, digest, document_of

PLACES = ("便民服务点", "老年食堂", "文化活动室", "垃圾分类亭", "调解室", "儿童托管班", "北门公示栏")
COMMUNITIES = ("柳溪社区", "桐花社区", "望湖社区", "长桥社区", "石榴园社区", "东篱社区", "新圩社区", "云坊社区")
VILLAGES = ("双井村", "白茅村", "荻湾村", "南垄村")
POSTS = ("督查岗1", "督查岗2", "巡查岗1")
PEOPLE = (("分管岗", "5f0c2a9e7b1d4c3886aa01b2c3d4e5f6", "今早的粥里有四颗红枣"),
          ("督查岗1", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "第十七页 山高月小 水落石出"))  # fmt: skip


def page() -> str:
    """The whole file."""
    return canonical(document()).decode()


def document() -> Json:
    drawn_from = roster()
    own = digest(drawn_from)
    commitments = [
        {"slot": slot, "by": by, "salt": salt, "secret": secret,
         "commitment": commitment(own, slot, by, salt, secret)}
        for slot, (by, salt, secret) in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    return document_of(drawn_from, commitments, "")


def roster() -> Json:
    units = [(unit, "community") for unit in COMMUNITIES] + [(unit, "village") for unit in VILLAGES]
    places = [(unit, place, stratum) for unit, stratum in units for place in PLACES]
    return {
        "body": "青禾街道",
        "inspection": "QL-2026-3",
        "title": "便民服务设施检查",
        "draw": 2,
        "window": ["2026-07-08", "2026-07-17"],
        "per_object": 2,
        "coverage": {"times": 1, "left": 1},
        "source": {"kind": "commitments"},
        "strata": [
            {"id": "community", "name": "社区", "size": 12},
            {"id": "village", "name": "村", "size": 5},
        ],
        "objects": [
            {"number": number, "unit": unit, "place": place, "stratum": stratum,
             "weight": 4 if "食堂" in place else 1, "visits": 0 if number % 9 == 4 else 1}
            for number, (unit, place, stratum) in enumerate(places, 1)
        ],
        "inspectors": [{"number": number, "post": post} for number, post in enumerate(POSTS, 1)],
        "recusals": [
            {"object": 2, "inspector": 3, "reason": "kin"}, {"object": 9, "inspector": 1, "reason": "worked"},
        ],
        "previous": [
            {"draw": 1, "outcome": "void", "reason": "有一人到时没有公开", "roster_digest": digest("第1次的名单")},
        ],
    }  # fmt: skip
