"""Rules and values of scheduling: no I/O, no clock."""
