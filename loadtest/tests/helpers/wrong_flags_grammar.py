"""
A grammar of wrong command lines; each of them has at least one mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st
from typer.main import get_command
from wrong_plans import TEXTS

from loadtest.cli.app import app

NOT_NUMBERS = ("", "x", "1,2", "ünï", "--", "0x1g", "1e", "１x")
NOT_FINITE = ("nan", "inf", "-inf", "1e400")
# Values of each flag that cannot be used with the plan of `good_plan`; the target is this machine.
WRONG_FLAGS: dict[str, tuple[str, ...]] = {
    "--replicas": (
        *(text for text in NOT_NUMBERS if text != "1,2"),
        "0",
        "-1",
        "2,1",
        "1,1",
        "1.5",
        "1,,2",
        "9" * 50,
        "nan",
        "1,5000",
    ),
    "--rate": (*NOT_NUMBERS, *NOT_FINITE, "0", "-3", "1e-9", "1e12"),
    "--window": (*NOT_NUMBERS, *NOT_FINITE, "0", "-3", "4.9", "1e9"),
    "--warm-up": (*NOT_NUMBERS, *NOT_FINITE, "-0.1", "1e9"),
    "--repetitions": (*NOT_NUMBERS, "0", "-1", "1.5", "9" * 50, "nan"),
    "--seed": (*NOT_NUMBERS, "-1", "1.5", "9" * 50, "9" * 5000),
    "--injectors": (*NOT_NUMBERS, "0", "-1", "1.5", "9" * 50),
    "--scenario": ("", "repiar", "no/such.py", "ünï", "x" * 5000, ".", "/"),
    "--task-queue": ("", "x" * 5000),
    "--namespace": ("", "x" * 5000),
    "--set": (
        *("", "=", "=3", "seed", "work.seconds", "seed=", "seed=x", "seed=nan", "work=3", "loads=3"),
        *(
            "loads.9.kind=x",
            "loads.x.kind=y",
            "work.seconds.mean=1",
            "a.b.c=1",
            "ünï=1",
            "name=",
            "seed=" + "9" * 5000,
        ),
        *(
            "loads.0.arrival_rate=5",
            "work.seconds=inf",
            "replicas=[[[[",
            "seed=1\nname='x'",
            "." * 3000 + "=1",
            ".=1",
        ),
        *("loads.-1.kind='open'", "loads.１.kind='open'", "a=" + "[" * 5000),
    ),
    "--factor": (
        *(
            "",
            "=",
            "codec",
            "codec=",
            "=1",
            "worker.activity_slots=",
            "worker.activity_slots=0,x",
            "replicas=1,2",
        ),
        *(
            "codec=1",
            "work.seconds=-1",
            "work.seconds=nan",
            "ünï=1",
            "worker.tuner=magic",
            "worker.activity_slots=2,2",
        ),
        *("worker.activity_slots=" + "9" * 5000, "worker.activity_slots=[[1]]", "server=1", "worker.=1"),
    ),
    "--address": ("", "x", "http://a:1", "a:99999", "ünï", "a:b"),
    "--worker-command": ("", " ", "no-such-program", "'", "ünï", "x" * 5000, "/"),
    "--server-metrics": ("http://127.0.0.1:1/metrics", "", "x", "https://a:b@c/m"),
    "--temporal": ("no-such-program", "/", "x" * 5000, "ünï"),
    "--port": (*NOT_NUMBERS, "0", "-1", "99999", "9" * 50, "1.5", "nan"),
    "--metrics-port": (*NOT_NUMBERS, "0", "-1", "99999", "65535", "9" * 50),
    "--target": ("", "cluster", "Kubernetes", "kubernetes", "ünï"),
    "--deployment": ("a/b", "", "ünï"),
    "--injector-job": ("a/b", "", "ünï"),
    "--worker-metrics-port": ("9000", "", "ünï"),
    "--server-namespace": ("x", ""),
    "--service": ("a/b", "", "ünï"),
    "--server-services": ("a,b", "", "ünï"),
    "--progress": ("", "fast", "Json", "ünï"),
    "--resume": ("", "nowhere", "x" * 5000, "ünï", "/"),
    "--output": ("wrong.toml", "wrong.toml/below", "x" * 5000),
    "--budget": (*NOT_NUMBERS, *NOT_FINITE, "0", "-1"),
    "--a": ("", "=", "work.seconds", "work.seconds=nan", "ünï=1"),
    "--b": ("", "=", "work.seconds", "work.seconds=nan", "ünï=1"),
    "--block": (*NOT_NUMBERS, *NOT_FINITE, "0", "-3"),
    "--change-over": (*NOT_NUMBERS, *NOT_FINITE, "-3"),
    "--rounds": (*NOT_NUMBERS, "0", "-1", "1.5", "9" * 50),
    "--most-rounds": (*NOT_NUMBERS, "0", "-1", "1.5", "9" * 50),
    "--suspects": (*NOT_NUMBERS, "-1", "1.5"),
    "--gate": ("", "no-such-quantity", "cpu=", "ünï"),
    "--junit": (".", "no/such/folder/j.xml", "x" * 5000),
    "--markdown": (".", "no/such/folder/j.md", "x" * 5000),
    "--a-worker-command": ("", "no-such-program", "'"),
    "--b-worker-command": ("", "no-such-program", "'"),
    "--a-address": ("", "x", "http://a:1"),
    "--b-address": ("", "x", "http://a:1"),
    "--a-profile": ("", "nowhere"),
    "--b-profile": ("", "nowhere"),
    "--a-server-metrics": ("", "x"),
    "--b-server-metrics": ("", "x"),
    "--wait-p95": (*NOT_NUMBERS, *NOT_FINITE, "0", "-1"),
    "--prices": ("", ".", "nowhere.toml", "x" * 5000),
    "--a-prices": ("", ".", "nowhere.toml", "x" * 5000),
    "--b-prices": ("", ".", "nowhere.toml", "x" * 5000),
    "--design": ("", "x", "Capacity"),
    "--requirements": (".", "nowhere.txt", "x" * 5000),
    "--kube-namespace": ("", "A B", "x" * 300),
    "--job": ("", "A B", "x" * 300),
    "--kubeconfig": (".", "nowhere", "x" * 5000),
    "--context": ("", "nowhere", "ünï"),
}
# Texts that are wrong for a sweep, and a value for another verb: a search may begin at any rate above 0.
RIGHT_FOR: dict[tuple[str, str], tuple[str, ...]] = {
    ("capacity", "--rate"): ("1e-9",),
    ("size", "--rate"): ("1e-9",),
}
# What stands in a line in place of the flag: the plan's key, or the folder that was named.
TOLD_AS: dict[str, tuple[str, ...]] = {
    "--set": ("wrong.toml: ",),
    "--factor": ("wrong.toml: ",),
    "--a": ("--set =", "factors.work.seconds"),
    "--b": ("--set =", "factors.work.seconds"),
    "--rate": ("arrival_rate",),
    "--rounds": ("repetitions",),
    "--most-rounds": ("repetitions",),
    "--replicas": ("orders in flight",),
    "--resume": ("no run", "cannot be"),
}
# Only the cluster can tell that these are wrong, and none is reached.
TOLD_BY_THE_CLUSTER = {
    *(("submit", flag) for flag in ("--deployment", "--kube-namespace", "--job")),
    *(("fetch", flag) for flag in ("--kube-namespace", "--job")),
}
# What each verb with flags needs beside the flag.
GOOD_WORDS: dict[str, tuple[str, ...]] = {
    "sweep": ("wrong.toml",),
    "capacity": ("wrong.toml",),
    "compare": ("wrong.toml", "--a", "worker.activity_slots=2", "--b", "worker.activity_slots=4"),
    "limits": ("wrong.toml",),
    "size": ("kept",),
    "clean": ("kept",),
    "submit": ("wrong.toml",),
    "fetch": (),
}


def sweeps_flags() -> list[list[str]]:
    """
    Return each wrong value of each flag of a sweep.
    """
    return [[flag, value] for verb, flag, value in wrong_values_of_flags() if verb == "sweep"]


def wrong_values_of_flags() -> Iterator[tuple[str, str, str]]:
    """
    Yield every verb's every flag with its wrong values; those of a flag without any fail.
    """
    for verb, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        for parameter in command.params:
            if parameter.param_type_name != "option":
                continue
            flag = parameter.opts[0]
            values = ("3",) if parameter.is_flag else WRONG_FLAGS.get(flag, ())
            assert values, f"{verb} {flag}: no wrong value of it is known"
            assert verb in GOOD_WORDS, f"{verb}: not known what it needs beside its flags"
            for value in values:
                if value not in RIGHT_FOR.get((verb, flag), ()):
                    yield verb, flag, value


def command_of(verb: str, flag: str, value: str) -> list[str]:
    """
    Return a command line that is wrong by one flag alone; a value stands behind ``=`` where a flag takes none.
    """
    needed = [*GOOD_WORDS[verb], *(("--rate", "5") if verb == "size" and flag != "--rate" else ())]
    takes_value = flag in WRONG_FLAGS
    return [verb, *needed, *([flag, value] if takes_value else [f"{flag}={value}"])]


UNKNOWN_WORDS = TEXTS.filter(
    lambda text: text not in {"sweep", "report", "scenarios", "doctor", "submit", "fetch", "plan-keys"}
)


def wrong_flags() -> st.SearchStrategy[list[str]]:
    """
    Draw the flags of a sweep, at least one of which cannot be used.
    """
    as_two = st.sampled_from(sweeps_flags())
    as_one = as_two.map(lambda pair: ["=".join(pair)])
    unknown = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzäöü"), min_size=3, max_size=9).map(
        lambda text: [f"--q{text}"]
    )
    return st.lists(st.one_of(as_one, as_one, as_two, unknown), min_size=1, max_size=3).map(
        lambda several: [word for words in several for word in words]
    )


def wrong_commands() -> st.SearchStrategy[list[str]]:
    """
    Draw command lines without a verb that exists, or with one and words that it does not take.
    """
    unknown = st.lists(UNKNOWN_WORDS.filter(lambda text: not text.startswith("--h")), min_size=1, max_size=3)
    verbs = st.sampled_from(("report", "scenarios", "doctor", "submit", "fetch", "plan-keys"))
    extra = st.tuples(verbs, st.sampled_from(("--no-such", "--no-such=1", "-z"))).map(list)
    return st.one_of(unknown, extra)
