# mypy: ignore-errors
# ruff: noqa
"""Sessions and graphs of programs that answer requests, in TensorFlow 1's manner."""

import tensorflow.compat.v1 as tf
from flask import Flask, jsonify, request

tf.disable_v2_behavior()
app = Flask(__name__)
graph = tf.get_default_graph()
session = tf.Session()
rows = tf.placeholder(tf.float32, [None, 10])
scores = tf.layers.dense(rows, 5)
opened = []


@app.route("/top", methods=["POST"])
def top():
    with graph.as_default():
        best = tf.nn.top_k(scores, 3)  # leak: LT008
        values = session.run(best, {rows: request.json["rows"]})
    return jsonify(values.indices.tolist())


@app.route("/own", methods=["POST"])
def own():
    own_graph = tf.Graph()
    with own_graph.as_default(), tf.Session(graph=own_graph) as session:
        doubled = tf.constant(request.json["rows"]) * 2
        return jsonify(session.run(doubled).tolist())


@app.route("/score", methods=["POST"])
def score():
    session = tf.Session(graph=tf.Graph())  # leak: LT009
    opened.append(session)
    with session.graph.as_default():
        tf.saved_model.loader.load(session, ["serve"], "export")
    return jsonify(session.run("y:0", {"x:0": request.json["rows"]}).tolist())
