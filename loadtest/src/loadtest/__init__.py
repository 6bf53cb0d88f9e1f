"""
Throughput and task-queue latency of Temporal workers against replicas.
"""
