"""Who answers for the duties and tasks of units on a day: the post that the unit named for a part of a duty, else
whoever holds in the unit the role that the duty names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from mingzhang.duties.lists import Held
from mingzhang.duties.models import Assignment, Task
from mingzhang.duties.saying import PARTS, part_role, part_said, role_said
from mingzhang.organisation.models import Post
from mingzhang.organisation.queries import holding
from mingzhang.packs.duty_schema import Part
from mingzhang.packs.queries import pack_of


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a post. `for_whom` is whom they stand in for."""

    person: int
    name: str
    post: int
    post_name: str
    unit: int
    roles: frozenset[str]
    for_whom: str = ""


def names_of(holders: Iterable[Holder]) -> str:
    """Their names, each once."""
    return "、".join(dict.fromkeys(holder.name for holder in holders))


@dataclass(frozen=True)
class Answer:
    """Who answers for a duty in one part, by `post`, where the unit named one, else by `role`. `name` is what the
    pack calls the part."""

    name: str
    role: str
    post: Post | None
    holders: tuple[Holder, ...]

    @property
    def place(self) -> str:
        """The post, or the role."""
        return self.post.name if self.post else role_said(self.role)

    @property
    def people(self) -> str:
        """Who it is now, each once."""
        return names_of(self.holders)

    @property
    def said(self) -> str:
        """Post or role, and who it is, as a document has it."""
        return f"{self.place}（{self.people}）" if self.holders else self.place


class Seating:
    """Who answers for what in some units. Two queries, however many units and duties."""

    def __init__(self, units: Collection[int], on: date) -> None:
        named = Assignment.objects.filter(unit__in=units).select_related("post")
        self.named = {(one.unit_id, one.pack, one.duty, one.part): one.post for one in named}
        posts = {post.pk for post in self.named.values()}
        seats = holding(on).filter(Q(post__unit__in=units) | Q(post__in=posts)).order_by("post_id", "id")
        rows = seats.values_list(
            "person_id", "person__name", "post_id", "post__name", "post__unit_id", "post__roles",
            "stands_in_for__person__name",
        )  # fmt: skip
        self.by_post: dict[int, list[Holder]] = {}
        self.by_unit: dict[int, list[Holder]] = {}
        for person, name, post, post_name, unit, roles, whom in rows:
            holder = Holder(person, name, post, post_name, unit, frozenset(roles), whom or "")
            self.by_post.setdefault(post, []).append(holder)
            self.by_unit.setdefault(unit, []).append(holder)

    def answer(self, unit: int, held: Held, part: Part) -> Answer:
        """Who answers for one duty of a unit in one part."""
        role, name = part_role(held.duty, part), part_said(pack_of(held.version.pk), part)
        return Answer(name, role, *self._found(unit, held.key, part, role))

    def handlers(self, task: Task) -> tuple[Holder, ...]:
        """Who has a task that was handed to nobody."""
        return self._found(task.unit_id, (task.pack, task.duty), "handler", task.handler_role)[1]

    def _found(
        self, unit: int, key: tuple[str, str], part: Part, role: str
    ) -> tuple[Post | None, tuple[Holder, ...]]:
        if post := self.named.get((unit, *key, part)):
            return post, tuple(self.by_post.get(post.pk, ()))
        return None, tuple(one for one in self.by_unit.get(unit, ()) if role in one.roles)

    def answers(self, unit: int, held: Held) -> list[Answer]:
        """All three parts; none for what the level above took back."""
        if held.duty.kind == "recalled":
            return []
        return [self.answer(unit, held, part) for part in PARTS]
