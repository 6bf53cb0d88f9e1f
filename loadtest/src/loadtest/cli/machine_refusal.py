"""
What a machine refuses a program: room, descriptors, rights, memory, processes.
"""

from __future__ import annotations


def machine_refusal(error: Exception) -> str | None:
    """
    Say what this machine refuses, ``None`` of an error that is not the machine's own.
    """
    if isinstance(error, OSError) and error.errno is not None:
        return f"this machine refuses what `loadtest` needs: {error}"
    if isinstance(error, MemoryError):
        return "this machine refuses what `loadtest` needs: memory; end other programs, or raise the limit (`ulimit -v`)"
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return "this machine refuses what `loadtest` needs: a thread; end other programs, or raise the limits (`ulimit -u`, `ulimit -v`)"
    return None
