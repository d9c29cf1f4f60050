"""Drawings that stand for photographs, and one made-up paper: evidence for the demonstration, of nobody."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from PIL import Image, ImageDraw

from mingzhang.reports.document import Document, Heading, Paragraph, Text
from mingzhang.reports.writers import pdf

SIZE = (960, 640)
PAPER, INK, WALL, WOOD, LEAF, RED = "#fbf8ef", "#2b2a27", "#d8d2c2", "#8a6a45", "#5f8a5a", "#b5442f"


def picture(name: str) -> bytes:
    """A PNG of `name`: board-before, board-after, hall or yard."""
    image = Image.new("RGB", SIZE, WALL)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 500, 960, 640), fill="#bdb6a4")
    {"board-before": _worn_board, "board-after": _board, "hall": _hall, "yard": _yard}[name](pen)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _board(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((180, 110, 780, 430), fill=WOOD)
    pen.rectangle((200, 130, 760, 410), fill=PAPER)
    pen.rectangle((200, 130, 760, 170), fill=RED)
    for sheet in range(4):
        left = 225 + sheet * 132
        pen.rectangle((left, 195, left + 110, 385), outline=INK, width=2)
        for line in range(8):
            pen.line((left + 12, 220 + line * 19, left + 98, 220 + line * 19), fill=INK, width=2)
    pen.rectangle((260, 430, 280, 560), fill=WOOD)
    pen.rectangle((680, 430, 700, 560), fill=WOOD)


def _worn_board(pen: ImageDraw.ImageDraw) -> None:
    _board(pen)
    pen.polygon([(489, 195), (599, 195), (599, 300), (540, 330), (489, 280)], fill="#e9e2cf")
    pen.polygon([(225, 300), (335, 260), (335, 385), (225, 385)], fill="#d9cfb6")


def _hall(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((300, 80, 660, 260), fill=PAPER, outline=INK, width=3)
    for row in range(3):
        for seat in range(8 - row):
            left = 90 + row * 50 + seat * 105
            pen.rectangle((left, 380 + row * 70, left + 64, 420 + row * 70), fill=WOOD)


def _yard(pen: ImageDraw.ImageDraw) -> None:
    for tree in range(4):
        left = 90 + tree * 220
        pen.ellipse((left, 220, left + 150, 370), fill=LEAF)
        pen.rectangle((left + 68, 360, left + 82, 510), fill=WOOD)
    pen.rectangle((340, 430, 620, 480), fill=PAPER, outline=INK, width=2)


def paper() -> bytes:
    """A short made-up regulation as PDF."""
    articles = (
        "来电当天登记，写明来电时间、所说的事和由哪个岗位去办。",
        "登记后三个工作日内回复；办不完的先说明到哪一步、什么时候再回复。",
        "登记本每月由另一个岗位核对一次，核对的人在本上签字。",
    )
    blocks = tuple(Paragraph((Text(f"第{'一二三'[number]}条　{text}"),)) for number, text in enumerate(articles))
    return pdf.write(
        Document(
            organ="清岚县综合科",
            title="清岚县来电登记办法",
            date=date(2023, 12, 20),
            blocks=(Heading(1, (Text("总则和登记"),)), *blocks),
        )
    )
