"""A MariaDB of one's own: what the tests of reading from it stand on."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.heavy


def test_rows_come_back_as_they_were_written(mariadb):
    engine = create_engine(mariadb)
    with engine.begin() as connection:
        connection.execute(
            text(
                "create table runs (id bigint primary key, at datetime(6), tenant varchar(40), took decimal(8, 3))"
            )
        )
        connection.execute(
            text(
                "insert into runs values (1, '2026-03-01 12:00:00.000250', 'Größe 🌍', 1.25), (2, null, 'acme', null)"
            )
        )
        assert connection.execute(text("select * from runs order by id")).all() == [
            (1, datetime(2026, 3, 1, 12, 0, 0, 250), "Größe 🌍", pytest.approx(1.25)),
            (2, None, "acme", None),
        ]
        assert "MariaDB" in connection.execute(text("select version()")).scalar_one()
        connection.execute(text("drop table runs"))
    engine.dispose()
