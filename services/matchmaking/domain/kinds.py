"""What an interaction of each kind counts: a mention may be in passing, anything else was meant for that person."""

KINDS = {"mention": 0.5}
OTHER_KIND = 1.0
