"""The sky by astronomy-engine: sun, moon, planets, eclipses; pure like the systems that use it.

Phases of the moon come from the series behind our lunar calendar, so that a new moon has one instant
everywhere.
"""
