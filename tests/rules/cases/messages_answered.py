# mypy: ignore-errors
# ruff: noqa
"""Functions that a chat's library calls for each message."""

import numpy as np
from discord.ext import commands
from tensorflow import keras

bot = commands.Bot(command_prefix="!")
judge = keras.models.load_model("judge.keras")


@bot.event
async def on_message(message):
    score = judge.predict(np.array([message.content]))[0][0]  # leak: LT002
    if score > 0.9:
        await message.delete()


@bot.command()
async def sure(ctx, text):
    await ctx.send(float(judge(np.array([text]), training=False)[0, 0]))
