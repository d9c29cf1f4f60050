"""What every object of a pack is made of: how it is written, and texts in several languages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, RootModel, model_validator
from pydantic import Field as Rule

Shift = Literal["same", "previous", "year_to_date", "same_last_year"]
PeriodKind = Literal["month", "quarter", "half", "year"]

Id = Annotated[str, Rule(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
HyphenId = Annotated[str, Rule(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Version = Annotated[str, Rule(pattern=r"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}$")]
Words = Annotated[str, Rule(min_length=1, max_length=5000)]
Language = Annotated[str, Rule(pattern=r"^[a-z]{2,3}(-[a-z]{2,8})*$")]
Word = Annotated[str, Rule(min_length=1, max_length=20)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Names(RootModel[Annotated[dict[Language, Words], Rule(min_length=1)]]):
    """A text by language: `{zh-hans: 走访, en: Visit}`. A plain text stands for every language."""

    model_config = ConfigDict(frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"und": value} if isinstance(value, str) else value

    def text(self, language: str = "zh-hans") -> str:
        """The text in `language`, or else in the first language that the pack gives."""
        return self.root.get(language) or next(iter(self.root.values()), "")

    def __str__(self) -> str:
        return self.text()
