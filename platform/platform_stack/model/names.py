"""Names, addresses and quantities: types of fields, and the checks that go with them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from platform_stack.errors import fail

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_DNS_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*")
_SCP_LIKE = re.compile(r"[\w.-]+@[\w.-]+:[^/].*")
_MAX_DNS_NAME = 253
_CORES = re.compile(r"[1-9][0-9]*m?|[0-9]+\.[0-9]{1,3}")
_BYTES = re.compile(r"[1-9][0-9]*(Ki|Mi|Gi|Ti|k|M|G|T)?")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_DURATION = re.compile(r"0|(?=.)([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?")
_MAX_PORT_NAME = 15
MAX_PORT = 65535
REGISTRY = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*")
"""A host of container images with an optional path, and no pattern."""

_GIT_SCHEMES = ("https", "http", "ssh", "file")
_CHART_SCHEMES = ("https", "http", "oci")


def check_type(where: str, value: object, expected: type, wording: str) -> None:
    """Fail unless `value` is an instance of `expected`, and not a bool where a number is meant."""
    if not isinstance(value, expected):
        fail(where, f"{value!r} ({type(value).__name__})", wording)


def check_text(where: str, value: object) -> None:
    """Fail unless `value` is text that says something."""
    check_type(where, value, str, "text")
    if not str(value).strip():
        fail(where, "nothing", "a name or a sentence")


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
    if not url.isprintable() or " " in url:
        fail(where, repr(value), "a git URL in one line, without spaces")
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
    if not str(value).isprintable() or " " in str(value):
        fail(where, repr(value), "a URL in one line, without spaces")
    parts = urlsplit(str(value))
    if parts.scheme not in _CHART_SCHEMES or not parts.hostname:
        fail(where, value, "a chart repository: https://, http:// or oci://, with a host")
    if parts.password:
        fail(where, f"a password in the URL of {parts.hostname}", "a URL without a credential")


def check_port(where: str, value: object) -> None:
    """Fail unless `value` is the number of a port."""
    expected = f"a port from 1 to {MAX_PORT}"
    if not isinstance(value, int) or isinstance(value, bool):
        is_number = isinstance(value, str) and value.isdecimal()
        hint = f"did you mean {value}, without quotes?" if is_number else ""
        fail(where, f"{value!r} ({type(value).__name__})", expected, hint)
    if not 1 <= value <= MAX_PORT:
        fail(where, value, expected)


def check_port_name(where: str, value: object) -> None:
    """Fail unless `value` is the name of a container's port (RFC 6335: a letter in it, at most 15 characters)."""
    check_type(where, value, str, "text: the name of a port such as 'http'")
    name = str(value)
    if name.isdecimal():
        fail(
            where,
            f"{value!r} (str)",
            "a number, or the name of a port",
            f"did you mean {name}, without quotes?",
        )
    if (
        len(name) > _MAX_PORT_NAME
        or not _DNS_LABEL.fullmatch(name)
        or "--" in name
        or name.replace("-", "").isdecimal()
    ):
        fail(
            where,
            repr(value),
            "the name of a port: at most 15 lower-case letters, digits and '-', one a letter",
        )


def check_cores(where: str, value: object) -> None:
    """Fail unless `value` is a Kubernetes quantity of CPU."""
    _check_quantity(where, value, _CORES, "a Kubernetes quantity of CPU such as '500m' or '2'")


def check_bytes(where: str, value: object) -> None:
    """Fail unless `value` is a Kubernetes quantity of bytes."""
    _check_quantity(where, value, _BYTES, "a Kubernetes quantity of bytes such as '512Mi' or '1Gi'")


def _check_quantity(where: str, value: object, pattern: re.Pattern[str], expected: str) -> None:
    check_type(where, value, str, f"text: {expected}")
    if not pattern.fullmatch(str(value)):
        fail(where, value, expected)


def check_duration(where: str, value: object) -> None:
    """Fail unless `value` is a duration, as rules about metrics have it.

    https://prometheus.io/docs/prometheus/latest/configuration/configuration/#configuration-file
    """
    check_type(where, value, str, "text: a duration such as '10m' or '1h30m'")
    if not _DURATION.fullmatch(str(value)):
        fail(where, repr(value), "a duration such as '10m' or '1h30m'")


def check_kind(where: str, value: object) -> None:
    """Fail unless `value` has the form of a kind."""
    check_type(where, value, str, "text: a kind such as 'DaemonSet'")
    if not _KIND.fullmatch(str(value)):
        fail(where, repr(value), "a kind, in upper camel case such as 'DaemonSet'")


def check_custom_kind(where: str, value: object) -> None:
    """Fail unless `value` is "group/Kind"."""
    check_type(where, value, str, "text: 'group/Kind'")
    group, slash, kind = str(value).partition("/")
    if not (slash and "." in group and _DNS_NAME.fullmatch(group) and _KIND.fullmatch(kind)):
        fail(where, repr(value), "'group/Kind', such as 'cilium.io/CiliumNetworkPolicy'")


Text = Annotated[str, check_text]
DnsLabel = Annotated[str, check_dns_label]
DnsName = Annotated[str, check_dns_name]
GitUrl = Annotated[str, check_git_url]
ChartUrl = Annotated[str, check_chart_url]
Port = Annotated[int, check_port]
PortName = Annotated[str, check_port_name]
Cores = Annotated[str, check_cores]
Bytes = Annotated[str, check_bytes]
Duration = Annotated[str, check_duration]
Kind = Annotated[str, check_kind]
CustomKind = Annotated[str, check_custom_kind]
