"""The hold-out: tenants that nobody calls although they are at risk, so that calling can be judged."""

from __future__ import annotations

import hashlib

# More than half left alone would be no outreach.
MOST_HELD_OUT = 0.5
_WHOLE = 2**64


def held_out(tenant_id: str, share: float) -> bool:
    """Whether a tenant is in a hold-out of this share: by its id alone, so always the same ones.

    A larger share holds everybody that a smaller one does.
    """
    if not share:
        return False
    digest = hashlib.sha256(f"hold-out:{tenant_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _WHOLE
