"""Functions of libraries that call a function which they are given again and again, in the same
process: searches for the best parameters, and Python's own that go through something.

Sources: https://docs.python.org/3/library/functions.html#map and #sorted,
https://optuna.readthedocs.io/en/stable/reference/generated/optuna.study.Study.html,
https://hyperopt.github.io/hyperopt/getting-started/minimizing_functions/,
https://scikit-optimize.readthedocs.io/en/stable/modules/minimize_functions.html,
https://docs.scipy.org/doc/scipy/reference/optimize.html,
https://bayesian-optimization.github.io/BayesianOptimization/,
https://docs.wandb.ai/ref/python/functions/agent and https://ax.dev/api/service.html.

Keras Tuner is none of them: its tuners clear the session themselves before each trial, and Ray Tune
runs each trial in a process of its own.
"""

from leakwise.facts.apis.wordlists import words

SEARCHES = words(
    "builtins.map builtins.filter builtins.sorted builtins.min builtins.max "
    "hyperopt.fmin hyperopt.fmin.fmin "
    "skopt.gp_minimize skopt.forest_minimize "
    "skopt.gbrt_minimize skopt.dummy_minimize skopt.optimizer.gp_minimize "
    "scipy.optimize.minimize scipy.optimize.minimize_scalar scipy.optimize.brute "
    "scipy.optimize.differential_evolution scipy.optimize.dual_annealing "
    "scipy.optimize.basinhopping scipy.optimize.shgo scipy.optimize.direct "
    "bayes_opt.BayesianOptimization wandb.agent ax.optimize ax.service.managed_loop.optimize"
)
SEARCH_METHODS = {"optimize": "optuna"}
"""By method: the package whose objects alone are asked so, where a file imports it."""
