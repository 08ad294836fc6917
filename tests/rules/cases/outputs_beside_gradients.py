# mypy: ignore-errors
# ruff: noqa
"""Objects that keep the outputs of layers beside their gradients, and what they let go of."""

import torch


class Maps:
    def __init__(self, network, layer, resize=None):
        self.network = network
        self.outputs = []
        self.slopes = []
        self.resize = resize
        self.handles = [
            layer.register_forward_hook(self.keep_output),
            layer.register_full_backward_hook(self.keep_slope),
        ]

    def keep_output(self, module, inputs, output):
        seen = output
        if self.resize is not None:
            seen = self.resize(seen)
        self.outputs.append(seen.cpu())  # leak: LP017

    def keep_slope(self, module, given, slopes):
        self.slopes = [slopes[0].cpu()] + self.slopes

    def __call__(self, x):
        self.outputs = []
        self.slopes = []
        return self.network(x)

    def release(self):
        for handle in self.handles:
            handle.remove()  # leak: LP017


class CutMaps:
    def __init__(self, network, layer):
        self.network = network
        self.outputs = []
        self.slopes = []
        self.handles = [
            layer.register_forward_hook(self.keep_output),
            layer.register_full_backward_hook(self.keep_slope),
        ]

    def keep_output(self, module, inputs, output):
        self.outputs.append(output.detach())

    def keep_slope(self, module, given, slopes):
        self.slopes.append(slopes[0])

    def __call__(self, x):
        self.outputs = []
        self.slopes = []
        return self.network(x)

    def release(self):
        for handle in self.handles:
            handle.remove()


class ChosenMaps:
    def __init__(self, network, layer, cut=True):
        self.network = network
        self.cut = cut
        self.output = None
        self.slope = None
        self.handles = [
            layer.register_forward_hook(self.keep_output),
            layer.register_full_backward_hook(self.keep_slope),
        ]

    def keep_output(self, module, inputs, output):
        if self.cut:
            self.output = output.detach()
        else:
            self.output = output

    def keep_slope(self, module, given, slopes):
        self.slope = slopes[0]

    def release(self):
        self.output = self.slope = None
        for handle in self.handles:
            handle.remove()


class Features:
    """A loss may be made of what it keeps."""

    def __init__(self, network, layer):
        self.network = network
        self.outputs = []
        self.handle = layer.register_forward_hook(self.keep_output)

    def keep_output(self, module, inputs, output):
        self.outputs.append(output)

    def __call__(self, x):
        self.outputs.clear()
        self.network(x)
        return self.outputs

    def remove(self):
        self.handle.remove()


class Guided:
    """The backward pass takes out what the forward pass put in."""

    def __init__(self, network):
        self.network = network
        self.outputs = []
        self.slope = None
        for layer in network.layers:
            layer.register_forward_hook(self.keep_output)
            layer.register_full_backward_hook(self.keep_slope)

    def keep_output(self, module, inputs, output):
        self.outputs.append(output)

    def keep_slope(self, module, given, slopes):
        self.slope = slopes[0] * self.outputs.pop()
        return (self.slope,)


class Collector:
    """Each use of it adds handles of hooks, which are removed and stay in the list."""

    def __init__(self, network):
        self.network = network
        self.handles = []

    def __enter__(self):
        for layer in self.network.children():
            handle = layer.register_full_backward_hook(self.process)
            self.handles.append(handle)
        return self

    def process(self, module, given, slopes):
        print(slopes[0].norm().item())

    def __exit__(self, *error):
        for handle in self.handles:  # leak: LP016
            handle.remove()


class CleanCollector:
    def __init__(self, network):
        self.network = network
        self.handles = []

    def process(self, module, given, slopes):
        print(slopes[0].norm().item())

    def __enter__(self):
        for layer in self.network.children():
            self.handles.append(layer.register_full_backward_hook(self.process))
        return self

    def __exit__(self, *error):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()


class OnceCollector:
    def __init__(self, network):
        self.network = network
        self.handles = []
        for layer in network.children():
            self.handles.append(layer.register_full_backward_hook(self.process))

    def process(self, module, given, slopes):
        print(slopes[0].norm().item())

    def close(self):
        for handle in self.handles:
            handle.remove()
