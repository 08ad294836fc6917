"""What stands above the bodies in tests of resources; each is put into the last function."""

HEAD = """
import atexit, contextlib, os, sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from multiprocessing import Pool
import cv2
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from other import flag, work, Unknown

def off(handle):
    handle.remove()

def all_off(handles):
    for handle in handles:
        handle.remove()

def perhaps_off(handle):
    if flag:
        handle.remove()

def log(writer, step):
    writer.add_scalar("step", step)

def log_on(writer, step):
    log(writer, step + 1)

def off_on(handle):
    off(handle)

def itself(handle):
    return handle

def first_off(state):
    state["handle"].remove()

def many_off(*handles, **named):
    for handle in handles:
        handle.remove()
    named["last"].remove()

def body(net: nn.Module, batches, hook, path, named: dict):
"""
