"""What the commands are called."""

PRINT_DEBUG_INFORMATION = "leakwise.printDebugInformation"
RESTART_WORKERS = "leakwise.restartWorkers"
SHOW_RULE_PAGE = "leakwise.showRulePage"
