"""What the commands are called."""

SHOW_RULE_PAGE = "leakwise.showRulePage"
