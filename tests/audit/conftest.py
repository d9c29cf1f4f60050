from __future__ import annotations

from tests.ledger.conftest import committed_world as committed_world
from tests.ledger.conftest import evidence_folder as evidence_folder
from tests.ledger.conftest import world as world
