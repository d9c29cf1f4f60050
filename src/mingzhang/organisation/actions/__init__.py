"""Every write to books, units, posts, people and appointments. One user intent each, in one transaction."""

from mingzhang.organisation.actions.books import NewPerson, adopt, create_book
from mingzhang.organisation.actions.people import (
    appoint,
    create_person,
    create_post,
    delegate,
    end_appointment,
    set_password,
)
from mingzhang.organisation.actions.units import (
    UnitRow,
    close_unit,
    create_unit,
    create_units,
    merge_unit,
    move_unit,
    rename_unit,
)

__all__ = [
    "NewPerson",
    "UnitRow",
    "adopt",
    "appoint",
    "close_unit",
    "create_book",
    "create_person",
    "create_post",
    "create_unit",
    "create_units",
    "delegate",
    "end_appointment",
    "merge_unit",
    "move_unit",
    "rename_unit",
    "set_password",
]
