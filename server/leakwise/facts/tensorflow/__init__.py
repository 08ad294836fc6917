"""What holds for TensorFlow and Keras alone: traced functions, graphs of sessions, backends."""
