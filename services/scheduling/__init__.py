"""The scheduling service: gives every match a time and a place, and keeps them."""
