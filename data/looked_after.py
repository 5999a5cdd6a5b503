"""Who looks after each tenant: as the app was told, else as the data say; nobody else decides it.

The door and every filter on tenants read them here, so that lists, filters, segments and options agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.compare import Put

OWNER = "owner"
# What a tenant has that only its rows name, once somebody looks after it.
_EMPTY = ", ".join(f"'' as {name}" for name in ("source", "name", "plan", "region", "timezone"))


def tenants(owners: Mapping[str, str], put: Put) -> str:
    """The tenants, each with who looks after it now."""
    if not owners:
        return "raw.tenants"
    ids, names = put(list(owners)), put(list(owners.values()))
    told = f"(select unnest({ids}::varchar[]) as tenant_id, unnest({names}::varchar[]) as {OWNER})"
    return (
        f"(select r.* replace (coalesce(o.{OWNER}, r.{OWNER}) as {OWNER}) from raw.tenants as r "
        f"left join {told} as o on o.tenant_id = r.tenant_id union all by name "
        f"select o.tenant_id, o.{OWNER}, {_EMPTY} from {told} as o "
        "where o.tenant_id not in (select r.tenant_id from raw.tenants as r))"
    )
