"""Questions that are composed once.

Django composes the statement of a queryset anew each time it is read, which on a page of twenty small questions
takes longer than answering them. A `Composed` keeps the statement; from then on only what is `Given` is put in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Given(Expression):
    """The place of a value that is given when the question is asked. `field` says what it is, where Django has to
    know it: in functions and sums, not on the right of a lookup. `iexact`, which changes the value itself, cannot
    be composed: it raises TypeError."""

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """A placeholder with this very object as its parameter, for `Composed` to find."""
        return "%s", (self,)


class Composed(Generic[Row]):
    """A question whose statement is composed the first time it is asked.

    `compose` makes the queryset, with `Given` wherever a value differs from one time to the next. It must not look
    at anything else that does: no clock, no language, no person.
    """

    def __init__(self, compose: Callable[[], QuerySet[Any, Row]]) -> None:
        self._compose = compose

    @cached_property
    def _kept(self) -> tuple[QuerySet[Any, Row], SQLCompiler, str, tuple[Any, ...]]:
        """The queryset, what compiled it, and the statement. Two threads may both come here first: no harm."""
        rows = self._compose()
        compiler = rows.query.get_compiler(rows.db)
        statement, values = compiler.as_sql()
        return rows, compiler, statement, tuple(values)

    def ask(self, **given: object) -> list[Row]:
        """The rows for these values. One query. Raises KeyError for a value that is missing."""
        rows, compiler, statement, values = self._kept
        put_in = tuple(given[one.name] if isinstance(one, Given) else one for one in values)
        asked = rows.all()
        asked.query = _Ready(asked.query, _Compiled(compiler, statement, put_in))
        asked._iterable_class = rows._iterable_class  # which giving it a query resets
        return list(asked)


class _Compiled(SQLCompiler):
    """A compiler that has compiled already, on the connection of the thread that asks."""

    def __init__(self, done: SQLCompiler, statement: str, values: tuple[Any, ...]) -> None:
        self.__dict__.update(done.__dict__)
        self.connection = connections[done.connection.alias]
        self._statement = statement, values

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> tuple[str, tuple[Any, ...]]:
        return self._statement


class _Ready(Query):
    """A query that hands out what has compiled it."""

    def __init__(self, query: Query, compiler: SQLCompiler) -> None:
        self.__dict__.update(query.__dict__)
        self.compiled = compiler

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> SQLCompiler:
        return self.compiled
