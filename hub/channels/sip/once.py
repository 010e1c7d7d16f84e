"""What is read of a message when it is asked for, and read once."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class Once(Generic[T]):
    """Reads what a field says when it is asked for, and keeps it: `cached_property` without its lock, which took a
    tenth of a call."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, message: None, owner: type) -> Self: ...
    @overload
    def __get__(self, message: object, owner: type) -> T: ...
    def __get__(self, message: object | None, owner: type) -> T | Self:
        if message is None:
            return self
        value = message.__dict__[self._name] = self._read(message)
        return value
