"""Plan + people -> Roster: who works when, by the rules, and what it costs to bend one."""
