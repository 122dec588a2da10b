"""What an interaction of each kind counts: a mention may be in passing, a click costs nothing, the rest was meant."""

KINDS = {"mention": 0.5, "boost": 0.25, "follow": 0.25}
OTHER_KIND = 1.0
NO_REASON = frozenset({"message", "boost", "follow"})  # private, or no conversation: never shown as a reason
