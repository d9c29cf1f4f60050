"""Two server processes at the same moment."""

from __future__ import annotations

import threading

from django.db import connections

from mingzhang.inspections.models import Answer, Operation
from tests.conftest import FreshDatabase
from tests.inspections import rounds
from tests.inspections.rounds import Phone, sent


def test_two_processes_take_one_operation_in_once(fresh_database: FreshDatabase) -> None:
    office = rounds.build()
    visit, made = office.visit(), sent("answer", item="posted", value="yes")
    failed: list[BaseException] = []

    def take() -> None:
        try:
            Phone(office.feng).take(visit, made)
        except BaseException as fault:  # told below
            failed.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed
    assert Operation.objects.filter(round=visit).count() == Answer.objects.filter(round=visit).count() == 1
