"""How many processes check."""

import click

jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Use up to N processes; the number of processors by default.",
)
