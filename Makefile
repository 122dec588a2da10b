# What people do with Hallway. `make help` lists it; each target is a line or two, the rest is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test chaos chaos-planted lint format protos kafka events certs

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target does; do printf '  make %-13s %s\n' "$$target" "$$does"; done

setup:  ## make .venv and fetch what pages need, as the lock files say; quick when nothing changed
	@scripts/setup

demo: setup  ## run everything on this machine with a sample conference; Ctrl-C stops it
	@.venv/bin/hallway demo

demo-reset: setup  ## forget the demo's data
	@.venv/bin/hallway reset

test: setup  ## every check and every test; ARGS="-k words" goes to pytest
	@scripts/test $(ARGS)

chaos: setup  ## twenty minutes under every fault at once; ARGS="--seed 7 --nodes 3" goes to python -m tests.chaos
	@.venv/bin/python -m tests.chaos --seconds 1200 --twins --skew $(ARGS)

chaos-planted: setup  ## plant known bugs and see that the checker reports each
	@.venv/bin/python -m pytest tests/chaos/planted.py

lint: setup  ## ruff, mypy, import rules, contracts
	@scripts/lint

format: setup  ## let ruff rewrite what it can
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

protos: setup  ## generate Python from protos/hallway
	@scripts/generate_protos

kafka:  ## fetch Apache Kafka for the tests that run on it (needs a JDK 17 and Maven)
	@mvn -q -f infra/kafka/pom.xml package

certs: setup  ## make certificates for trying TLS, in certs/
	@.venv/bin/python -m scripts.certs certs attendee matchmaking scheduling portal kafka

events: setup  ## write docs/events.md from the contracts
	@.venv/bin/python -m scripts.events_page
