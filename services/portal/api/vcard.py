"""A person as vCard (RFC 6350). Escaping and folding are those of iCalendar, whose library does them."""

from icalendar import Component, vText, vUri

from services.portal.domain.contact import Details


class _Card(Component):
    name = "VCARD"
    canonical_order = ("VERSION",)  # type: ignore[assignment]  # the standard wants it first


def vcard(name: str, details: Details) -> bytes:
    """The card; a name is not taken apart, so there is no N."""
    card = _Card()
    card.add("version", "4.0")
    card.add("fn", vText(" ".join("".join(c if c.isprintable() else " " for c in name).split())))
    card.add("email", vText(details.email))
    if details.phone:
        card.add("tel", vText(details.phone))
    if details.web:
        card.add("url", vUri(details.web))
    return bytes(card.to_ical())
