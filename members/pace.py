"""How fast e-mail goes: one turn for all threads and processes, kept in PostgreSQL.

A row, not a counter in the broker: it survives a restart of everything, and the workers' clocks
need not agree. A worker that dies after it took its turn has wasted one, no more.
"""

import time

from django.conf import settings
from django.db import connection

TAKE = """
INSERT INTO members_mailpace AS pace (id, next_at)
VALUES (1, clock_timestamp() + %(gap)s * interval '1 second')
    ON CONFLICT (id) DO UPDATE
   SET next_at = greatest(pace.next_at, clock_timestamp()) + %(gap)s * interval '1 second'
 WHERE pace.next_at <= clock_timestamp() + %(within)s * interval '1 second'
RETURNING extract(epoch FROM next_at - clock_timestamp()) - %(gap)s
"""


def wait_for_turn(*, within: float) -> bool:
    """Wait until the next e-mail may go; return False if that is more than so many seconds off.

    Without a configured rate (DTAC_BULLETIN_PER_MINUTE is 0) it is always one's turn.
    """
    rate = settings.DTAC_BULLETIN_PER_MINUTE
    if not rate:
        return True
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"gap": 60 / rate, "within": within})
        row = cursor.fetchone()
    if row is None:
        return False
    time.sleep(max(0.0, float(row[0])))
    return True
