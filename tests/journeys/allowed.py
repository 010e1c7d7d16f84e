"""Which operations a role has something to do with, by the API's own description."""

from hub.domain.access import MATRIX, Permission, Role
from tests.clients import Frame


def may(described: Frame, role: Role) -> list[str]:
    """The names of the operations that the role is let into. That the others are refused, the role matrix shows."""
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    permissions = {o["operationId"]: o.get("x-permission") for o in operations}
    return [
        name
        for name, permission in permissions.items()
        if permission is None or MATRIX[role].get(Permission(permission))
    ]
