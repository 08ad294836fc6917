# mypy: ignore-errors
# ruff: noqa
"""Sessions that functions are given, in a file that opens one."""

import tensorflow as tf

tf1 = tf.compat.v1


def scored(session, frame):
    found = []
    for _, row in frame.iterrows():
        x = tf.constant(row.values)  # leak: LT008
        found.append(session.run(tf.nn.sigmoid(x)))
    return found


def columns(session, logits, feed, count):
    found = []
    for i in range(count):
        found.append(session.run(logits[:, i], feed))  # leak: LT008
    return found


def listed(session, outputs, feed, count):
    found = []
    for i in range(count):
        found.append(session.run(outputs[i], feed))
    return found


def averaged(session, pairs, steps, train):
    for _ in range(steps):
        session.run(train)
        for slow, fast in pairs:
            session.run(slow.assign(0.99 * slow + 0.01 * fast))  # leak: LT008


def main():
    with tf1.Session() as session:
        session.run("train")
