"""A Secret as it is in a cluster, read with the user's own kubectl."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING

from platform_stack.errors import fail

if TYPE_CHECKING:
    from platform_stack.model.secret import Secret


def read_secret(secret: Secret, context: str | None) -> dict[str, bytes]:
    """Return the values of a Secret by key.

    Args:
        secret: the Secret.
        context: kubectl's context; None is the current one.

    Raises:
        PlatformError: there is no kubectl, or it does not get the Secret.

    """
    where = f"Secret {secret.full_name} in the cluster"
    command = ["kubectl", "get", "secret", secret.name, f"--namespace={secret.namespace}", "--output=json"]
    if context:
        command.append(f"--context={context}")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no shell
    except FileNotFoundError:
        fail(where, "no command kubectl", "kubectl on PATH", "open the file instead, without --from-cluster")
    if done.returncode != 0:
        fail(where, done.stderr.strip(), "kubectl to get it", "is this the right --context?")
    data: dict[str, str] = json.loads(done.stdout).get("data") or {}
    return {key: base64.b64decode(value) for key, value in data.items()}
