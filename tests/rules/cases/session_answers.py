# mypy: ignore-errors
# ruff: noqa
"""Operations that are added to the graph for each answer, beside those that are made once."""

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


class Explainer:
    def __init__(self):
        self.sess = tf.Session()
        self.pixels = tf.placeholder(tf.float32, [None, 4])
        self.logits = tf.layers.dense(self.pixels, 3)
        self.rate = tf.get_variable("rate", [])
        self.slopes = {}
        self.best = self._best()

    def _best(self):
        top = tf.nn.top_k(self.logits, 3)
        return self.sess.run(top, {self.pixels: [[0.0] * 4]})

    def slope(self, picture, kind):
        slope = tf.gradients(self.logits[:, kind], self.pixels)[0]  # leak: LT008
        return self.sess.run(slope, feed_dict={self.pixels: picture})

    def slope_once(self, picture, kind):
        if kind not in self.slopes:
            self.slopes[kind] = tf.gradients(self.logits[:, kind], self.pixels)[0]
        return self.sess.run(self.slopes[kind], feed_dict={self.pixels: picture})

    def shares(self, picture):
        shares = tf.nn.softmax(self.logits)  # leak: LT008
        first = tf.nn.top_k(shares, 3)
        return self.sess.run([shares, first], {self.pixels: picture})

    def one(self, picture, kind):
        return self.sess.run(self.logits[:, kind], {self.pixels: picture})  # leak: LT008

    def scores(self, picture):
        return self.sess.run(self.logits, {self.pixels: picture})

    def slow_down(self, rate):
        self.sess.run(tf.assign(self.rate, rate))  # leak: LT008

    def close(self):
        self.sess.close()


def decoded(path):
    picture = tf.image.decode_jpeg(tf.io.read_file(path))  # leak: LT008
    with tf.Session() as sess:
        return sess.run(picture)


def decoded_alone(path):
    with tf.Graph().as_default():
        picture = tf.image.decode_jpeg(tf.io.read_file(path))
        with tf.Session() as sess:
            return sess.run(picture)


def mean_of(folder):
    mean = tf.reduce_mean(tf.constant(rows_of(folder)))
    with tf.Session() as sess:
        return sess.run(mean)


class Copier:
    def __init__(self, sess):
        self.sess = sess

    def _copy(self):
        self.sess.run(tf.assign(self.target, self.source))  # leak: LT008

    def step(self, batch):
        self._copy()

    def train(self, batches):
        for batch in batches:
            self.step(batch)


def started(data):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(data)


if __name__ == "__main__":
    print(mean_of("data"))
