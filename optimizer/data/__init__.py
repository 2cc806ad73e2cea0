"""Files to observations: every check on data from elsewhere lives here."""
