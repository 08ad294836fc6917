# mypy: ignore-errors
# ruff: noqa
"""Functions that libraries call for each event: they are handed on, or put into attributes."""

import numpy as np
import paho.mqtt.client as mqtt
import rospy
import tkinter as tk
from tensorflow import keras

judge = keras.models.load_model("judge.keras")


def heard(client, userdata, message):
    scores = judge.predict(np.array([message.payload]))  # leak: LT002
    client.publish("score", float(scores[0, 0]))


client = mqtt.Client()
client.on_message = heard


class Driver:
    def __init__(self):
        self.policy = keras.models.load_model("drive.keras")
        rospy.Subscriber("scan", object, self.seen)

    def seen(self, scan):
        speed, turn = self.policy.predict(np.array(scan.ranges)[None])[0]  # leak: LT002
        print(speed, turn)

    def once(self, scan):
        print(self.policy.predict(np.array(scan.ranges)[None])[0].sum())


class Pad(tk.Tk):
    def __init__(self):
        super().__init__()
        tk.Button(self, text="Guess", command=self.guess).pack()

    def guess(self):
        model = keras.models.load_model("digits.keras")  # leak: LT020
        self.title(str(np.argmax(model(self.picture(), training=False))))
