# mypy: ignore-errors
# ruff: noqa
"""Operations that are added to the graph for each answer, beside those that are made once."""

import tensorflow.compat.v1 as tf
from flask_restful import Resource

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


class Restored:
    def read(self, folder, photos):
        with tf.Graph().as_default(), tf.Session() as sess:
            scores = self.build(photos)
            self.restore(sess, folder)
            return sess.run(scores)

    def restore(self, sess, folder):
        # Whoever calls it begins a graph of its own for it.
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().restore(sess, tf.train.latest_checkpoint(folder))


class Gathered:
    def gather(self, gradients):
        self._prepare(gradients)
        return tf.cond(tf.equal(self.count, 0), self.clear, lambda: gradients)

    def _prepare(self, gradients):
        # Whoever calls it builds the graph, and does so once.
        self.count = tf.get_variable("count", (), initializer=tf.zeros_initializer())
        if self.keras:
            session = tf.keras.backend.get_session()
            session.run(tf.variables_initializer([self.count]))


class Asked:
    def rank(self, queries):
        return self._ranked(queries)

    def _ranked(self, queries):
        return self.session.run(tf.nn.softmax(self.scores(queries)))  # leak: LT008


def copied_once_each(sess, read):
    for variable in tf.global_variables():
        stored = tf.placeholder(tf.float32, variable.shape)
        copied = tf.assign(variable, stored)
        sess.run(copied, {stored: read(variable.name)})


def epochs_of(rows, train, inputs):
    samples = tf.data.Dataset.from_tensor_slices(rows)
    with tf.Session() as sess:
        for epoch in range(50):
            batch = samples.make_one_shot_iterator().get_next()  # leak: LT008
            sess.run(train, {inputs: sess.run(batch)})


def epochs_once(rows, train, inputs):
    samples = tf.data.Dataset.from_tensor_slices(rows)
    batch = samples.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        for epoch in range(50):
            sess.run(train, {inputs: sess.run(batch)})


def written(folder, values):
    writer = None
    for step, value in enumerate(values):
        writer = writer or tf.summary.FileWriter(folder)
        writer.add_summary(value, step)
    return writer


def written_anew(folders, values):
    for folder, value in zip(folders, values):
        writer = None or tf.summary.FileWriter(folder)  # leak: LT017
        writer.add_summary(value, 0)


class Registry:
    def __init__(self):
        self.sessions = {}
        self.known = {}

    def register(self, name, graph):
        self.sessions[name] = tf.Session(graph=graph)  # leak: LT009

    def warm(self, name, feed):
        self.sessions[name].run("warm", feed)

    def look_up(self, name, graph):
        if name not in self.known:
            self.known[name] = tf.Session(graph=graph)
        return self.known[name]


class ClosedRegistry:
    def __init__(self):
        self.opened = {}

    def register(self, name, graph):
        self.opened[name] = tf.Session(graph=graph)

    def forget(self, name):
        self.opened.pop(name).close()


class Answers(Resource):
    def post(self):
        graph = graph_of("scores.pb")
        session = tf.InteractiveSession(graph=graph)  # leak: LT009
        return session.run("scores:0", {"rows:0": asked()}).tolist()

    def get(self):
        session = tf.Session(graph=graph_of("scores.pb"))
        return session.run("names:0").tolist()


def vectors_of(words, table):
    found = {}
    asked = tf.placeholder(tf.int32, [1])
    looked_up = tf.nn.embedding_lookup(table, asked)
    with tf.Session() as session:
        for word in words:
            found[word] = tf.nn.embedding_lookup(table, [word]).eval()  # leak: LT008
        for word in words:
            found[word] = looked_up.eval(feed_dict={asked: [word]}, session=session)
    return found


class Finalized:
    """Its graph is its own."""

    def __init__(self):
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.rate = tf.get_variable("rate", [])
        self.sess = tf.Session(graph=self.graph)  # leak: LT009
        self.graph.finalize()

    def set_rate(self, rates):
        for rate in rates:
            self.sess.run(self.rate.assign(rate))


def counted(session, files):
    for file in files:
        lines = tf.data.make_one_shot_iterator(tf.data.TextLineDataset(file))  # leak: LT008
        session.run(lines.get_next())


class Target:
    """Its agent is in another file."""

    def __init__(self, slow, fast):
        self.sess = tf.Session()
        self.slow, self.fast = slow, fast
        self.copying = [a.assign(b) for a, b in zip(slow, fast)]

    def update_target(self):
        self.sess.run([a.assign(b) for a, b in zip(self.slow, self.fast)])  # leak: LT008

    def update_once_built(self):
        self.sess.run(self.copying)

    def begin(self):
        self.sess.run([a.assign(b) for a, b in zip(self.slow, self.fast)])

    def load(self, values):
        self.sess.run([a.assign(b) for a, b in zip(self.slow, values)])

    def close(self):
        self.sess.close()
