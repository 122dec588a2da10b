"""Maximum-weight b-matching: who is suggested to whom, under everybody's budget, with a proof of how close to best."""
