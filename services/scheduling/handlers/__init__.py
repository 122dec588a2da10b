"""Use cases of scheduling, one a file: plain functions over the store they are given."""
