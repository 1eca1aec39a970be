"""The commands that mend what a rule saw, computed from what is known.

On a cluster each is a line that asks nothing, does no harm when it is pasted twice, and shows no secret;
for a file it is the editor at the line.
"""
