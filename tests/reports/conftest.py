from __future__ import annotations

from tests.web.conftest import evidence_folder as evidence_folder
from tests.web.conftest import office as office
