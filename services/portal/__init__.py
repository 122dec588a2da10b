"""Portal: the one door from outside; logins, tokens, mail, calendars, pages and the read model they show."""
