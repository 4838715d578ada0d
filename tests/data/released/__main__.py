"""Write a store down: see `tests.data.released`."""

import sys

from data.database import connect, read_transaction
from tests.data.released import dump

with read_transaction(connect(sys.argv[1], create=False)) as connection:
    sys.stdout.write(dump(connection))
