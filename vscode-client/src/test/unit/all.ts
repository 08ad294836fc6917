/** The parts that need no VS Code; all others are tested inside it. */
import "./version.test";
import "./restarts.test";
import "./locating.test";
import "./settings.test";
import "./complaints.test";
