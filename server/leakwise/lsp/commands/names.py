"""What the commands are called."""

PRINT_DEBUG_INFORMATION = "leakwise.printDebugInformation"
RESTART_WORKERS = "leakwise.restartWorkers"
SCAN_WORKSPACE = "leakwise.scanWorkspace"
SHOW_RULE_PAGE = "leakwise.showRulePage"
