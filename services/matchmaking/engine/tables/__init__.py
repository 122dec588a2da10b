"""Small tables: everybody at one, held together by ties, and nobody twice with the same person."""
