# mypy: ignore-errors
# ruff: noqa
"""LT017: tf.summary writer created repeatedly and not closed."""

# smelly
import tensorflow as tf

writers = {}
for run in runs:
    writers[run] = tf.summary.create_file_writer(f"logs/{run}")  # leak
    with writers[run].as_default():
        tf.summary.scalar("score", evaluate(run), step=0)

# repaired
import tensorflow as tf

for run in runs:
    writer = tf.summary.create_file_writer(f"logs/{run}")
    with writer.as_default():
        tf.summary.scalar("score", evaluate(run), step=0)
    writer.close()
