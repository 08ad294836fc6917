"""Smells of TensorFlow and Keras code."""
