"""Every write to books, units, posts, people and appointments. One user intent each, in one transaction."""

from mingzhang.organisation.actions.books import NewPerson, adopt, adopt_version, create_book
from mingzhang.organisation.actions.calendar import import_notice, seed_calendar
from mingzhang.organisation.actions.leaving import (
    deactivate_person,
    reactivate_person,
    rename_person,
    reset_password,
)
from mingzhang.organisation.actions.people import (
    appoint,
    choose_type_size,
    create_person,
    create_post,
    delegate,
    edit_post,
    end_appointment,
    set_password,
)
from mingzhang.organisation.actions.setup import (
    PersonRow,
    finish_setup,
    make_setup_code,
    note_step,
    open_office,
    seat_people,
    write_body,
)
from mingzhang.organisation.actions.standing_in import end_delegation
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
    "import_notice",
    "seed_calendar",
    "write_body",
    "seat_people",
    "open_office",
    "note_step",
    "make_setup_code",
    "finish_setup",
    "edit_post",
    "reset_password",
    "rename_person",
    "reactivate_person",
    "deactivate_person",
    "PersonRow",
    "NewPerson",
    "UnitRow",
    "adopt",
    "adopt_version",
    "appoint",
    "choose_type_size",
    "close_unit",
    "create_book",
    "create_person",
    "create_post",
    "create_unit",
    "create_units",
    "delegate",
    "end_appointment",
    "end_delegation",
    "merge_unit",
    "move_unit",
    "rename_unit",
    "set_password",
]
