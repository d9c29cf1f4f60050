from collections.abc import Callable

from mingzhang.core.once import once, reading


class Asked:
    def __init__(self) -> None:
        self.times = 0


def counter() -> tuple[Asked, Callable[..., int]]:
    asked = Asked()

    @once
    def question(number: int, *, more: int = 0) -> int:
        asked.times += 1
        return number + more

    return asked, question


def test_within_a_reading_a_question_is_asked_once_for_each_of_its_arguments() -> None:
    asked, question = counter()
    with reading():
        assert [question(1), question(1), question(2), question(1, more=5), question(1, more=5)] == [1, 1, 2, 6, 6]
    assert asked.times == 3


def test_outside_a_reading_and_in_the_next_one_it_is_asked_anew() -> None:
    asked, question = counter()
    question(1), question(1)
    assert asked.times == 2
    for _page in range(2):
        with reading():
            question(1), question(1)
    assert asked.times == 4


def test_what_was_answered_is_forgotten_when_the_reading_fails() -> None:
    asked, question = counter()
    try:
        with reading():
            question(1)
            raise ValueError
    except ValueError:
        question(1)
    assert asked.times == 2
