"""
What is said of a request that the cluster refuses: who asks, which right is missing, or which rule does not admit it.
"""

from __future__ import annotations

import json

import pytest
from fake_cluster import refusal
from kubernetes.client.exceptions import ApiException

from loadtest.errors import TargetError
from loadtest.target.kubernetes.api import asked, forbidden, missing


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(refusal(401, "Unauthorized"), id="expired"),
        pytest.param(
            refusal(403, 'pods is forbidden: User "system:anonymous" cannot list resource "pods"'), id="none"
        ),
    ],
)
def test_credentials_that_are_none_need_no_right(error: ApiException) -> None:
    """A login that has expired, or whose program is missing: no administrator can grant what then is not allowed."""
    with (
        pytest.raises(
            TargetError, match="list pods: the cluster does not know who asks .*log in anew"
        ) as told,
        asked("list pods"),
    ):
        raise error
    assert "administrator" not in str(told.value)


KYVERNO = """admission webhook "validate.kyverno.svc-fail" denied the request:

resource Job/a/x was blocked due to the following policies

require-team: 'no label team'"""
POLICY = "scale \"x\" is forbidden: ValidatingAdmissionPolicy 'most' with binding 'most' denied request: two at most"


@pytest.mark.parametrize(
    ("status", "message"),
    [pytest.param(400, KYVERNO, id="kyverno"), pytest.param(422, POLICY, id="policy-of-the-cluster")],
)
def test_a_policy_that_refuses_is_told_as_such_in_one_line(status: int, message: str) -> None:
    """Each answers with a status of its own: Kyverno's webhook with 400, the API server's policies with 422."""
    with pytest.raises(TargetError) as told, asked("create jobs a/x"):
        raise refusal(status, message)

    assert str(told.value) == f"create jobs a/x: the cluster does not admit it ({' '.join(message.split())})"


@pytest.mark.parametrize(
    "message",
    [
        'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=9',
        'pods "x" is forbidden: minimum memory usage per Container is 128Mi, but request is 64Mi',
        'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
        'admission webhook "policy.example.org" denied the request: no',
    ],
    ids=["quota", "limit-range", "pod-security", "webhook"],
)
def test_what_is_not_admitted_needs_no_right(message: str) -> None:
    """An administrator who grants more changes nothing of it."""
    with (
        pytest.raises(TargetError, match="create pods a/x: the cluster does not admit it") as told,
        asked("create pods a/x"),
    ):
        raise refusal(403, message)
    assert message in str(told.value)


def test_a_right_that_is_missing_is_asked_for() -> None:
    """With what charts/loadtest grants."""
    message = 'pods is forbidden: User "jane" cannot create resource "pods" in the namespace "a"'

    with pytest.raises(TargetError, match="not allowed .*let an administrator grant it"), asked("create"):
        raise refusal(403, message)


NO_EXEC = (
    'pods "x" is forbidden: User "jane" cannot get resource "pods/exec" in API group "" in the namespace "a"'
)
ANSWER = (
    "Handshake status {status} {name} -+-+- {{'content-type': 'application/json'}} -+-+- "
    '{{"kind":"Status","message":{message},"code":{status}}}\n'
)


@pytest.mark.parametrize(
    ("status", "name", "message", "told"),
    [
        pytest.param(
            403,
            "Forbidden",
            NO_EXEC,
            f"not allowed ({NO_EXEC}); let an administrator grant it",
            id="no-right",
        ),
        pytest.param(404, "Not Found", "no x", "not there (no x)", id="gone"),
        pytest.param(401, "Unauthorized", "Unauthorized", "the cluster does not know who asks", id="expired"),
    ],
)
def test_a_stream_that_is_refused_is_told_like_a_request(
    status: int, name: str, message: str, told: str
) -> None:
    """The client writes the answer, headers and all, into the reason of an error without a status."""
    reason = ANSWER.format(status=status, name=name, message=json.dumps(message))

    with pytest.raises(TargetError) as refused, asked("create pods/exec a/x"):
        raise ApiException(status=0, reason=reason)

    assert str(refused.value).startswith(f"create pods/exec a/x: {told}")
    assert (forbidden(refused.value), missing(refused.value)) == (status == 403, status == 404)


def test_other_errors_are_not_swallowed() -> None:
    """A defect inside a request stays one."""
    with pytest.raises(ZeroDivisionError), asked("nothing"):
        _ = 1 / 0
