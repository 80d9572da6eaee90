"""Who is credited with a booking (domain.md C.3, R12)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Attribution:
    """What was said, what was followed, and who is credited; each may be None.

    `said_…` is what the words resolved to; `link` is the invite link that was followed. Whom a
    connector brings (`brought_by`) was asked nothing, and counts for her.
    """

    said: str = ""
    said_network: Any = None
    said_connector: Any = None
    link: Any = None
    brought_by: Any = None

    @property
    def followed_network(self):
        return self.link.network if self.link else None

    @property
    def credited_network(self):
        """The answer if it resolves to a network, else the link, else nobody ("Not known")."""
        if self.brought_by:
            return self.brought_by.network
        return self.said_network or self.followed_network

    @property
    def credited_connector(self):
        """The connector of the credited network: who was named, else who passed its link on."""
        if self.brought_by or self.said_connector:
            return self.brought_by or self.said_connector
        same = self.link and self.link.network == self.credited_network
        return self.link.connector if same else None

    @property
    def passed_on_by_who_is_credited(self):
        """Whether the connector who passed the link on is the one who is credited."""
        who, link = self.credited_connector, self.link
        return bool(who and link) and who.pk == link.connector_id
