"""Checks of names and addresses that several parts of the model share."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from platform_stack.errors import fail

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_DNS_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*")
_SCP_LIKE = re.compile(r"[\w.-]+@[\w.-]+:[^/].*")
_MAX_DNS_NAME = 253
REGISTRY = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*")
"""A host of container images with an optional path, and no pattern."""

_GIT_SCHEMES = ("https", "http", "ssh", "file")
_CHART_SCHEMES = ("https", "http", "oci")


def check_type(where: str, value: object, expected: type, wording: str) -> None:
    """Fail unless `value` is an instance of `expected`, and not a bool where a number is meant."""
    if not isinstance(value, expected):
        fail(where, f"{value!r} ({type(value).__name__})", wording)


def check_dns_label(where: str, value: object) -> None:
    """Fail unless `value` is a DNS label (RFC 1123): what Kubernetes asks of most names."""
    check_type(where, value, str, "text: a DNS label such as 'cert-manager'")
    if not _DNS_LABEL.fullmatch(str(value)):
        suggestion = re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-")[:63].strip("-")
        fail(
            where,
            value,
            "a DNS label: lower-case letters, digits and '-', at most 63, a letter or digit at both ends",
            f"did you mean {suggestion!r}?" if suggestion else "",
        )


def check_dns_name(where: str, value: object) -> None:
    """Fail unless `value` is a DNS name (RFC 1123 labels joined by dots, at most 253 characters)."""
    check_type(where, value, str, "text: a DNS name such as 'platform.test'")
    if not _DNS_NAME.fullmatch(str(value)) or len(str(value)) > _MAX_DNS_NAME:
        fail(where, value, "a DNS name: labels of lower-case letters, digits and '-', joined by dots")


def check_git_url(where: str, value: object) -> None:
    """Fail unless `value` is a git URL with a host (https, ssh, git@host:path) or a file:/// path."""
    check_type(where, value, str, "text: a git URL such as 'https://github.com/you/your-platform'")
    url = str(value)
    if _SCP_LIKE.fullmatch(url):
        return
    parts = urlsplit(url)
    if parts.scheme not in _GIT_SCHEMES:
        hint = f"did you mean 'https://{url}'?" if "." in url.split("/", 1)[0] else ""
        fail(where, value, "a git URL that starts with https://, ssh://, git@HOST: or file:///", hint)
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            fail(where, value, "a file URL with an absolute path: file:///path/to/repository")
    elif not parts.hostname:
        fail(where, value, "a git URL with a host, such as https://github.com/you/your-platform")
    if parts.password:
        fail(
            where,
            f"a password in the URL of {parts.hostname}",
            "a URL without a credential: what is written to dist/ is committed",
            "give Argo CD the credential as a repository Secret in the cluster",
        )


def check_chart_url(where: str, value: object) -> None:
    """Fail unless `value` is the URL of a chart repository: https, http or oci, with a host."""
    check_type(where, value, str, "text: a URL such as 'https://charts.jetstack.io'")
    parts = urlsplit(str(value))
    if parts.scheme not in _CHART_SCHEMES or not parts.hostname:
        fail(where, value, "a chart repository: https://, http:// or oci://, with a host")
    if parts.password:
        fail(where, f"a password in the URL of {parts.hostname}", "a URL without a credential")
