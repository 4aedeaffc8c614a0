from __future__ import annotations

import hashlib

import pytest

from platform_stack.facts.command_lines import HIDDEN, LONGEST_LINE, recorded_words


@pytest.mark.parametrize(
    "word",
    [
        "--metrics-bind-address=:8080",
        "sh -c /health/live.sh",
        "--resources=" + ",".join(["deployments"] * 20),  # long, but one setting
        "--tls-secret-name=web",
        "--token=$(TOKEN)",
        "--password=/etc/web/password",
        "--automount-token=false",
        "--secret",
        "http://web:8080/v1",
        "x y" + "z" * (LONGEST_LINE - 3),
        "exit 0\n",
    ],
)
def test_a_setting_is_kept(word: str) -> None:
    assert recorded_words([word]) == [word]


@pytest.mark.parametrize(
    ("script", "lines"),
    [("a\nb\nc\n", "3 lines"), ("x y" + "z" * (LONGEST_LINE - 2), "1 line")],
)
def test_a_script_is_kept_as_its_digest(script: str, lines: str) -> None:
    digest = hashlib.sha256(script.encode()).hexdigest()
    assert recorded_words(["/bin/sh", "-c", script]) == [
        "/bin/sh",
        "-c",
        f"sha256:{digest} (script, {lines})",
    ]


def test_recorded_words_stay_as_they_are() -> None:
    once = recorded_words(["sh", "-c", "a\nb", "--password=x", "http://me:x@host"])
    assert recorded_words(once) == once


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--password=hunter2"], [f"--password={HIDDEN}"]),
        (["--requirepass hunter2"], [f"--requirepass {HIDDEN}"]),
        (["--client-secret", "hunter2", "--v=2"], ["--client-secret", HIDDEN, "--v=2"]),
        (["-api-key=hunter2\n"], [f"-api-key={HIDDEN}"]),
        (["--dsn=postgres://me:hunter2@db/x"], [f"--dsn=postgres://me:{HIDDEN}@db/x"]),
    ],
)
def test_a_secret_is_hidden(words: list[str], kept: list[str]) -> None:
    assert recorded_words(words) == kept
