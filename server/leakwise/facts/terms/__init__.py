"""The words that facts are told in: values, events, places, how long something lives."""
