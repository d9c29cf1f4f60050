"""A signed report as it is read, printed and saved: from what was frozen alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import override

from mingzhang.core.digests import show
from mingzhang.reports.document import Document
from mingzhang.reports.freezing import Json, document_from
from mingzhang.reports.models import Signature

GROUP = 16


@dataclass(frozen=True)
class Signed:
    """What was signed, with the checkpoint that covers it."""

    signature: Signature

    @cached_property
    def body(self) -> Json:
        """The signed body, read."""
        read: Json = json.loads(self.signature.body)
        return read

    @property
    def position(self) -> int:
        """The position of the ledger that every number was counted at."""
        return int(self.signature.position)

    @property
    def root(self) -> str:
        """The root of the log's tree, `sha256:…`."""
        return show(bytes(self.signature.checkpoint.root))

    @property
    def digest(self) -> str:
        """The digest of the body, `sha256:…`."""
        return show(bytes(self.signature.digest))

    @cached_property
    def document(self) -> Document:
        """The document, with the lines that say where it can be checked."""
        said = self.body["document"]
        with override(said["language"]):
            return document_from(said, self._verification())

    def verification_json(self) -> Json:
        """The checkpoint that covers the signature, for those who check."""
        checkpoint = self.signature.checkpoint
        return {
            "body_digest": self.digest,
            "log_size": checkpoint.size,
            "log_root": self.root,
            "signed_at": self.signature.signed_at.isoformat(),
        }

    def _verification(self) -> tuple[str, ...]:
        digits = self.root.partition(":")[2]
        groups = " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))
        return (
            _("核验：数到账上第%(seq)d笔；操作日志前%(size)d条的校验码")
            % {"seq": self.position, "size": self.signature.checkpoint.size},
            groups,
        )
