# Keras and TensorFlow: networks, layers, loops of one's own.
import keras
import numpy as np
import tensorflow as tf
from keras import backend as K
from tensorflow import keras as tfk
from tensorflow.keras import layers
from tensorflow.keras.models import Model, Sequential

model = Sequential()  #? KerasModel
model.add(layers.Dense(64, activation="relu"))
dense = layers.Dense(10)  #? KerasLayer
inputs = keras.Input(shape=(32,))  #? KerasLayer
hidden = dense(inputs)  #? TensorflowTensor
functional = Model(inputs=inputs, outputs=hidden)  #? KerasModel
also = tfk.Sequential([layers.Dense(1)])  #? KerasModel
resnet = tf.keras.applications.ResNet50(weights=None)  #? KerasModel
loaded = keras.models.load_model("m.keras")  #? KerasModel
cloned = tf.keras.models.clone_model(model)  #? KerasModel
history = model.fit(np.ones(3), epochs=2)  #? unknown
scores = [model.evaluate(x) for x in range(3)]
predictions = model.predict(np.ones(3))  #? Array
models = [keras.Sequential() for _ in range(3)]  #? Container of KerasModel
by_name = {"a": keras.Sequential(), "b": model}
one = by_name["a"]  #? KerasModel


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(3, 3)  #? KerasLayer
        self.blocks = [layers.Dense(2) for _ in range(3)]  #? Container of KerasLayer

    def call(self, x, training=False):
        for block in self.blocks:  #? block: KerasLayer
            x = block(x)  #? TensorflowTensor
        return self.conv(x)  #? TensorflowTensor

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)  #? TensorflowTensor
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {m.name: m.result() for m in self.metrics}  #? Container of unknown


net = Net()  #? KerasModel
optimizer = tf.keras.optimizers.Adam()
loss_fn = tf.keras.losses.MeanSquaredError()
total = 0.0


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        pred = net(x)  #? TensorflowTensor
        loss = loss_fn(y, pred)
    grads = tape.gradient(loss, net.trainable_variables)
    return loss


def build(units):
    m = keras.Sequential([layers.Dense(units)])  #? KerasModel
    m.compile("adam", "mse")
    return m


for units in range(3):  #? units: Number
    candidate = build(units)  #? KerasModel
    candidate.fit(np.ones(2))
    loss = train_step(1, 2)
    total += float(loss)  #? Number
